# Draws sweep-dpo-gnuplot.svg from the data files beside this script: gnuplot sweep-dpo.gp
# sweep-dpo.svg is the same drawing with a title, a description, and colours for light and dark pages.
set encoding utf8
set terminal svg size 760,290 dynamic noenhanced font 'Helvetica,13'
set output 'sweep-dpo-gnuplot.svg'
set border 3 lc rgb '#63676d' lw 1
set tics nomirror scale 0.5 tc rgb '#1c1e21'
set grid back lc rgb '#dcdfe3' lt 1 lw 1
unset key
set logscale x
set xrange [6.25e-6:6.4e-5]
set yrange [19.647059:92.117647]
set ytics 20.000000
unset mxtics
set xtics ('1e-5' 1e-05, '4e-5' 4e-05) font ',11'
set multiplot
set lmargin at screen 0.07632
set rmargin at screen 0.37368
set tmargin at screen 0.88
set bmargin at screen 0.2
set title 'beta 0.03' offset 0,-0.6 tc rgb '#1c1e21'
set ylabel 'Win rate, %'
set xlabel 'learning rate' offset 0,0.3
unset label; unset arrow
set arrow from graph 0,first 50 to graph 1,first 50 nohead back lw 1 lc rgb '#63676d'
plot 'sweep-dpo.dat' index 0 using 1:3:4 with filledcurves lc rgb '#d55e00' fs transparent solid 0.18 noborder, \
     'sweep-dpo.dat' index 0 using 1:2 with lines lc rgb '#d55e00' lw 2, \
     'sweep-dpo.dat' index 0 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 0 using 1:($6==0 && $5==1 ? $2 : 1/0) with points pt 7 ps 1 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 0 using 1:($6==0 && $5==0 ? $2 : 1/0) with points pt 6 ps 1 lw 1.6 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 0 using 1:($6==1 ? 22.545882 : 1/0) with points pt 2 ps 1 lw 1.6 lc rgb '#1c1e21'
set lmargin at screen 0.39211
set rmargin at screen 0.68947
set tmargin at screen 0.88
set bmargin at screen 0.2
set title 'beta 0.1' offset 0,-0.6 tc rgb '#1c1e21'
unset ylabel; set format y ''
set xlabel 'learning rate' offset 0,0.3
unset label; unset arrow
set arrow from graph 0,first 50 to graph 1,first 50 nohead back lw 1 lc rgb '#63676d'
plot 'sweep-dpo.dat' index 1 using 1:3:4 with filledcurves lc rgb '#d55e00' fs transparent solid 0.18 noborder, \
     'sweep-dpo.dat' index 1 using 1:2 with lines lc rgb '#d55e00' lw 2, \
     'sweep-dpo.dat' index 1 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 1 using 1:($6==0 && $5==1 ? $2 : 1/0) with points pt 7 ps 1 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 1 using 1:($6==0 && $5==0 ? $2 : 1/0) with points pt 6 ps 1 lw 1.6 lc rgb '#d55e00', \
     'sweep-dpo.dat' index 1 using 1:($6==1 ? 22.545882 : 1/0) with points pt 2 ps 1 lw 1.6 lc rgb '#1c1e21'
unset multiplot
