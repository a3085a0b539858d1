# Draws sweep-lora-rank64-gnuplot.svg from the data files beside this script: gnuplot sweep-lora-rank64.gp
# sweep-lora-rank64.svg is the same drawing with a title, a description, and colours for light and dark pages.
set encoding utf8
set terminal svg size 760,290 dynamic noenhanced font 'Helvetica,13'
set output 'sweep-lora-rank64-gnuplot.svg'
set border 3 lc rgb '#63676d' lw 1
set tics nomirror scale 0.5 tc rgb '#1c1e21'
set grid back lc rgb '#dcdfe3' lt 1 lw 1
unset key
set logscale x
set xrange [6.25e-5:0.00016000000]
set yrange [9.1176471:58.529412]
set ytics 10.000000
unset mxtics
set xtics ('1e-4' 0.0001) font ',11'
set multiplot
set lmargin at screen 0.07632
set rmargin at screen 0.37368
set tmargin at screen 0.88
set bmargin at screen 0.2
set title 'beta 0.1' offset 0,-0.6 tc rgb '#1c1e21'
set ylabel 'Win rate, %'
set xlabel 'learning rate' offset 0,0.3
unset label; unset arrow
set arrow from graph 0,first 50 to graph 1,first 50 nohead back lw 1 lc rgb '#63676d'
plot 'sweep-lora-rank64.dat' index 0 using 1:3:4 with filledcurves lc rgb '#d55e00' fs transparent solid 0.18 noborder, \
     'sweep-lora-rank64.dat' index 0 using 1:2 with lines lc rgb '#d55e00' lw 2, \
     'sweep-lora-rank64.dat' index 0 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#d55e00', \
     'sweep-lora-rank64.dat' index 0 using 1:($6==0 && $5==1 ? $2 : 1/0) with points pt 7 ps 1 lc rgb '#d55e00', \
     'sweep-lora-rank64.dat' index 0 using 1:($6==0 && $5==0 ? $2 : 1/0) with points pt 6 ps 1 lw 1.6 lc rgb '#d55e00', \
     'sweep-lora-rank64.dat' index 0 using 1:($6==1 ? 11.094118 : 1/0) with points pt 2 ps 1 lw 1.6 lc rgb '#1c1e21'
unset multiplot
