# Draws sweep-dpo.svg from the data files beside this script: gnuplot sweep-dpo.gp
set encoding utf8
set terminal svg size 800,290 dynamic noenhanced font 'Helvetica,13'
set output 'sweep-dpo.svg'
set border 3 lc rgb '#63676d' lw 1
set tics nomirror scale 0.5 tc rgb '#1c1e21'
set grid back lc rgb '#dcdfe3' lt 1 lw 1
unset key
set logscale x
set xrange [6.25e-6:0.00025600000]
set yrange [34.132075:83.792453]
set ytics 10.000000
unset mxtics
set xtics ('1e-5' 1e-05, '4e-5' 4e-05, '1.6e-4' 0.00016) font ',11'
set multiplot
set lmargin at screen 0.07250
set rmargin at screen 0.28313
set tmargin at screen 0.88
set bmargin at screen 0.2
set title 'beta 0.01' offset 0,-0.6 tc rgb '#1c1e21'
set ylabel 'Win rate, %'
set xlabel 'learning rate' offset 0,0.3
unset label; unset arrow
set arrow from graph 0,first 50 to graph 1,first 50 nohead back lw 1 lc rgb '#63676d'
plot 'sweep-dpo.dat' index 0 using 1:3:4 with filledcurves lc rgb '#d55e00' fs transparent solid 0.18 noborder, \
     'sweep-dpo.dat' index 0 using 1:2 with lines lc rgb '#d55e00' lw 2, \
     'sweep-dpo.dat' index 0 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 0 using 1:($6==0 && $5==1 ? $2 : 1/0) with points pt 7 ps 1 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 0 using 1:($6==0 && $5==0 ? $2 : 1/0) with points pt 6 ps 1 lw 1.6 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 0 using 1:($6==1 ? 36.118491 : 1/0) with points pt 2 ps 1 lw 1.6 lc rgb '#1c1e21'
set lmargin at screen 0.30062
set rmargin at screen 0.51125
set tmargin at screen 0.88
set bmargin at screen 0.2
set title 'beta 0.03' offset 0,-0.6 tc rgb '#1c1e21'
unset ylabel; set format y ''
set xlabel 'learning rate' offset 0,0.3
unset label; unset arrow
set arrow from graph 0,first 50 to graph 1,first 50 nohead back lw 1 lc rgb '#63676d'
plot 'sweep-dpo.dat' index 1 using 1:3:4 with filledcurves lc rgb '#d55e00' fs transparent solid 0.18 noborder, \
     'sweep-dpo.dat' index 1 using 1:2 with lines lc rgb '#d55e00' lw 2, \
     'sweep-dpo.dat' index 1 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 1 using 1:($6==0 && $5==1 ? $2 : 1/0) with points pt 7 ps 1 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 1 using 1:($6==0 && $5==0 ? $2 : 1/0) with points pt 6 ps 1 lw 1.6 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 1 using 1:($6==1 ? 36.118491 : 1/0) with points pt 2 ps 1 lw 1.6 lc rgb '#1c1e21'
set lmargin at screen 0.52875
set rmargin at screen 0.73938
set tmargin at screen 0.88
set bmargin at screen 0.2
set title 'beta 0.05' offset 0,-0.6 tc rgb '#1c1e21'
unset ylabel; set format y ''
set xlabel 'learning rate' offset 0,0.3
unset label; unset arrow
set arrow from graph 0,first 50 to graph 1,first 50 nohead back lw 1 lc rgb '#63676d'
plot 'sweep-dpo.dat' index 2 using 1:3:4 with filledcurves lc rgb '#d55e00' fs transparent solid 0.18 noborder, \
     'sweep-dpo.dat' index 2 using 1:2 with lines lc rgb '#d55e00' lw 2, \
     'sweep-dpo.dat' index 2 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 2 using 1:($6==0 && $5==1 ? $2 : 1/0) with points pt 7 ps 1 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 2 using 1:($6==0 && $5==0 ? $2 : 1/0) with points pt 6 ps 1 lw 1.6 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 2 using 1:($6==1 ? 36.118491 : 1/0) with points pt 2 ps 1 lw 1.6 lc rgb '#1c1e21'
set lmargin at screen 0.75687
set rmargin at screen 0.96750
set tmargin at screen 0.88
set bmargin at screen 0.2
set title 'beta 0.1' offset 0,-0.6 tc rgb '#1c1e21'
unset ylabel; set format y ''
set xlabel 'learning rate' offset 0,0.3
unset label; unset arrow
set arrow from graph 0,first 50 to graph 1,first 50 nohead back lw 1 lc rgb '#63676d'
plot 'sweep-dpo.dat' index 3 using 1:3:4 with filledcurves lc rgb '#d55e00' fs transparent solid 0.18 noborder, \
     'sweep-dpo.dat' index 3 using 1:2 with lines lc rgb '#d55e00' lw 2, \
     'sweep-dpo.dat' index 3 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 3 using 1:($6==0 && $5==1 ? $2 : 1/0) with points pt 7 ps 1 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 3 using 1:($6==0 && $5==0 ? $2 : 1/0) with points pt 6 ps 1 lw 1.6 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 3 using 1:($6==1 ? 36.118491 : 1/0) with points pt 2 ps 1 lw 1.6 lc rgb '#1c1e21'
unset multiplot
