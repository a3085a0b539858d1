# Draws training-4-gnuplot.svg from the data files beside this script: gnuplot training-4.gp
# training-4.svg is the same drawing with a title, a description, and colours for light and dark pages.
set encoding utf8
set terminal svg size 760,765 dynamic noenhanced font 'Helvetica,13'
set output 'training-4-gnuplot.svg'
set border 3 lc rgb '#63676d' lw 1
set tics nomirror scale 0.5 tc rgb '#1c1e21'
set grid back lc rgb '#dcdfe3' lt 1 lw 1
unset key
set multiplot
set tics font ',11'
set lmargin at screen 0.06842; set rmargin at screen 0.30702
set tmargin at screen 0.96601; set bmargin at screen 0.74248
set title 'loss' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 2.0000000
set xrange [0:7.0000000]
set yrange [0.38575455:0.83664618]
set ytics 0.10000000
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-4.dat' index 0 using 1:2 with lines lc rgb '#b4d55e00' lw 0.8, \
     'training-4.dat' index 0 using 1:3 with lines lc rgb '#d55e00' lw 1.8, \
     'training-4.dat' index 1 using 1:2 with points pt 7 ps 0.8 lw 1.4 lc rgb '#d55e00'
set lmargin at screen 0.39737; set rmargin at screen 0.63596
set tmargin at screen 0.96601; set bmargin at screen 0.74248
set title 'reward margin' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 2.0000000
set xrange [0:7.0000000]
set yrange [-0.20314145:0.84327525]
set ytics 0.25000000
set arrow from graph 0,first 0.0 to graph 1,first 0.0 nohead back lw 1 lc rgb '#63676d'
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-4.dat' index 2 using 1:2 with lines lc rgb '#b4d55e00' lw 0.8, \
     'training-4.dat' index 2 using 1:3 with lines lc rgb '#d55e00' lw 1.8, \
     'training-4.dat' index 3 using 1:2 with points pt 7 ps 0.8 lw 1.4 lc rgb '#d55e00'
set lmargin at screen 0.72632; set rmargin at screen 0.96491
set tmargin at screen 0.96601; set bmargin at screen 0.74248
set title 'reward accuracy' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 2.0000000
set xrange [0:7.0000000]
set yrange [-0.060000000:1.0600000]
set ytics 0.25000000
set arrow from graph 0,first 0.5 to graph 1,first 0.5 nohead back lw 1 lc rgb '#63676d'
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-4.dat' index 4 using 1:2 with lines lc rgb '#b4d55e00' lw 0.8, \
     'training-4.dat' index 4 using 1:3 with lines lc rgb '#d55e00' lw 1.8, \
     'training-4.dat' index 5 using 1:2 with points pt 7 ps 0.8 lw 1.4 lc rgb '#d55e00'
set lmargin at screen 0.06842; set rmargin at screen 0.30702
set tmargin at screen 0.63268; set bmargin at screen 0.40915
set title 'log-probs: chosen, rejected (dashed)' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 2.0000000
set xrange [0:7.0000000]
set yrange [-87.882452:-56.511629]
set ytics 10.000000
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-4.dat' index 6 using 1:2 with lines lc rgb '#b4d55e00' lw 0.8, \
     'training-4.dat' index 7 using 1:2 with lines lc rgb '#b4d55e00' lw 0.8, \
     'training-4.dat' index 6 using 1:3 with lines lc rgb '#d55e00' lw 1.8, \
     'training-4.dat' index 7 using 1:3 with lines lc rgb '#d55e00' lw 1.8 dt (5,3)
set lmargin at screen 0.39737; set rmargin at screen 0.63596
set tmargin at screen 0.63268; set bmargin at screen 0.40915
set title 'KL to the reference' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 2.0000000
set xrange [0:7.0000000]
set yrange [-1.7182875:12.171339]
set ytics 5.0000000
set arrow from graph 0,first 0.0 to graph 1,first 0.0 nohead back lw 1 lc rgb '#63676d'
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-4.dat' index 8 using 1:2 with lines lc rgb '#b4d55e00' lw 0.8, \
     'training-4.dat' index 8 using 1:3 with lines lc rgb '#d55e00' lw 1.8
set lmargin at screen 0.72632; set rmargin at screen 0.96491
set tmargin at screen 0.63268; set bmargin at screen 0.40915
set title 'win rate, development' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 2.0000000
set xrange [0:7.0000000]
set yrange [0.36750000:0.50750000]
set ytics 0.050000000
set arrow from graph 0,first 0.5 to graph 1,first 0.5 nohead back lw 1 lc rgb '#63676d'
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-4.dat' index 9 using 1:2 with lines lc rgb '#d55e00' lw 1, \
     'training-4.dat' index 9 using 1:2 with points pt 7 ps 0.8 lw 1.4 lc rgb '#d55e00'
set lmargin at screen 0.06842; set rmargin at screen 0.30702
set tmargin at screen 0.29935; set bmargin at screen 0.07582
set title 'accuracy, development' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 2.0000000
set xrange [0:7.0000000]
set yrange [0.24900000:0.25100000]
set ytics 0.00050000000
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-4.dat' index 10 using 1:2 with lines lc rgb '#d55e00' lw 1, \
     'training-4.dat' index 10 using 1:2 with points pt 7 ps 0.8 lw 1.4 lc rgb '#d55e00'
set lmargin at screen 0.39737; set rmargin at screen 0.63596
set tmargin at screen 0.29935; set bmargin at screen 0.07582
set title 'words, development' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 2.0000000
set xrange [0:7.0000000]
set yrange [52.072875:52.177125]
set ytics 0.025000000
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-4.dat' index 11 using 1:2 with lines lc rgb '#d55e00' lw 1, \
     'training-4.dat' index 11 using 1:2 with points pt 7 ps 0.8 lw 1.4 lc rgb '#d55e00'
set lmargin at screen 0.72632; set rmargin at screen 0.96491
set tmargin at screen 0.29935; set bmargin at screen 0.07582
unset arrow; unset label; unset title; unset xlabel; unset border; unset tics; unset grid
set xrange [0:1]; set yrange [0:1]
set arrow from -0.28,0.95 to -0.16,0.95 nohead lw 2.4 lc rgb '#d55e00'
set label '' at first -0.22,first 0.95 point pt 7 ps 0.8 lc rgb '#d55e00'
set label 'DPO (beta 0.1, lr 4e-5), round 2' at first -0.12000000,first 0.95000000 left front font ',11' tc rgb '#1c1e21'
plot 2 with lines
unset multiplot
