# Draws training-1-gnuplot.svg from the data files beside this script: gnuplot training-1.gp
# training-1.svg is the same drawing with a title, a description, and colours for light and dark pages.
set encoding utf8
set terminal svg size 760,765 dynamic noenhanced font 'Helvetica,13'
set output 'training-1-gnuplot.svg'
set border 3 lc rgb '#63676d' lw 1
set tics nomirror scale 0.5 tc rgb '#1c1e21'
set grid back lc rgb '#dcdfe3' lt 1 lw 1
unset key
set multiplot
set tics font ',11'
set lmargin at screen 0.06842; set rmargin at screen 0.30702
set tmargin at screen 0.96601; set bmargin at screen 0.74248
set title 'loss' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 1.0000000
set xrange [0:5.0000000]
set yrange [0.28677135:0.71614959]
set ytics 0.10000000
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-1.dat' index 0 using 1:2 with lines lc rgb '#b4d55e00' lw 0.8, \
     'training-1.dat' index 2 using 1:2 with lines lc rgb '#b40072b2' lw 0.8, \
     'training-1.dat' index 4 using 1:2 with lines lc rgb '#b4009e73' lw 0.8, \
     'training-1.dat' index 6 using 1:2 with lines lc rgb '#b4cc79a7' lw 0.8, \
     'training-1.dat' index 0 using 1:3 with lines lc rgb '#d55e00' lw 1.8, \
     'training-1.dat' index 1 using 1:2 with points pt 7 ps 0.8 lw 1.4 lc rgb '#d55e00', \
     'training-1.dat' index 2 using 1:3 with lines lc rgb '#0072b2' lw 1.8, \
     'training-1.dat' index 3 using 1:2 with points pt 5 ps 0.8 lw 1.4 lc rgb '#0072b2', \
     'training-1.dat' index 4 using 1:3 with lines lc rgb '#009e73' lw 1.8, \
     'training-1.dat' index 5 using 1:2 with points pt 9 ps 0.8 lw 1.4 lc rgb '#009e73', \
     'training-1.dat' index 6 using 1:3 with lines lc rgb '#cc79a7' lw 1.8, \
     'training-1.dat' index 7 using 1:2 with points pt 13 ps 0.8 lw 1.4 lc rgb '#cc79a7'
set lmargin at screen 0.39737; set rmargin at screen 0.63596
set tmargin at screen 0.96601; set bmargin at screen 0.74248
set title 'reward margin' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 1.0000000
set xrange [0:5.0000000]
set yrange [-0.063493068:1.1217109]
set ytics 0.25000000
set arrow from graph 0,first 0.0 to graph 1,first 0.0 nohead back lw 1 lc rgb '#63676d'
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-1.dat' index 8 using 1:2 with lines lc rgb '#b4d55e00' lw 0.8, \
     'training-1.dat' index 10 using 1:2 with lines lc rgb '#b40072b2' lw 0.8, \
     'training-1.dat' index 12 using 1:2 with lines lc rgb '#b4009e73' lw 0.8, \
     'training-1.dat' index 14 using 1:2 with lines lc rgb '#b4cc79a7' lw 0.8, \
     'training-1.dat' index 8 using 1:3 with lines lc rgb '#d55e00' lw 1.8, \
     'training-1.dat' index 9 using 1:2 with points pt 7 ps 0.8 lw 1.4 lc rgb '#d55e00', \
     'training-1.dat' index 10 using 1:3 with lines lc rgb '#0072b2' lw 1.8, \
     'training-1.dat' index 11 using 1:2 with points pt 5 ps 0.8 lw 1.4 lc rgb '#0072b2', \
     'training-1.dat' index 12 using 1:3 with lines lc rgb '#009e73' lw 1.8, \
     'training-1.dat' index 13 using 1:2 with points pt 9 ps 0.8 lw 1.4 lc rgb '#009e73', \
     'training-1.dat' index 14 using 1:3 with lines lc rgb '#cc79a7' lw 1.8, \
     'training-1.dat' index 15 using 1:2 with points pt 13 ps 0.8 lw 1.4 lc rgb '#cc79a7'
set lmargin at screen 0.72632; set rmargin at screen 0.96491
set tmargin at screen 0.96601; set bmargin at screen 0.74248
set title 'reward accuracy' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 1.0000000
set xrange [0:5.0000000]
set yrange [-0.060000000:1.0600000]
set ytics 0.25000000
set arrow from graph 0,first 0.5 to graph 1,first 0.5 nohead back lw 1 lc rgb '#63676d'
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-1.dat' index 16 using 1:2 with lines lc rgb '#b4d55e00' lw 0.8, \
     'training-1.dat' index 18 using 1:2 with lines lc rgb '#b40072b2' lw 0.8, \
     'training-1.dat' index 20 using 1:2 with lines lc rgb '#b4009e73' lw 0.8, \
     'training-1.dat' index 22 using 1:2 with lines lc rgb '#b4cc79a7' lw 0.8, \
     'training-1.dat' index 16 using 1:3 with lines lc rgb '#d55e00' lw 1.8, \
     'training-1.dat' index 17 using 1:2 with points pt 7 ps 0.8 lw 1.4 lc rgb '#d55e00', \
     'training-1.dat' index 18 using 1:3 with lines lc rgb '#0072b2' lw 1.8, \
     'training-1.dat' index 19 using 1:2 with points pt 5 ps 0.8 lw 1.4 lc rgb '#0072b2', \
     'training-1.dat' index 20 using 1:3 with lines lc rgb '#009e73' lw 1.8, \
     'training-1.dat' index 21 using 1:2 with points pt 9 ps 0.8 lw 1.4 lc rgb '#009e73', \
     'training-1.dat' index 22 using 1:3 with lines lc rgb '#cc79a7' lw 1.8, \
     'training-1.dat' index 23 using 1:2 with points pt 13 ps 0.8 lw 1.4 lc rgb '#cc79a7'
set lmargin at screen 0.06842; set rmargin at screen 0.30702
set tmargin at screen 0.63268; set bmargin at screen 0.40915
set title 'log-probs: chosen, rejected (dashed)' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 1.0000000
set xrange [0:5.0000000]
set yrange [-84.438384:-54.759902]
set ytics 10.000000
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-1.dat' index 24 using 1:2 with lines lc rgb '#b4d55e00' lw 0.8, \
     'training-1.dat' index 25 using 1:2 with lines lc rgb '#b4d55e00' lw 0.8, \
     'training-1.dat' index 26 using 1:2 with lines lc rgb '#b40072b2' lw 0.8, \
     'training-1.dat' index 27 using 1:2 with lines lc rgb '#b40072b2' lw 0.8, \
     'training-1.dat' index 28 using 1:2 with lines lc rgb '#b4009e73' lw 0.8, \
     'training-1.dat' index 29 using 1:2 with lines lc rgb '#b4009e73' lw 0.8, \
     'training-1.dat' index 30 using 1:2 with lines lc rgb '#b4cc79a7' lw 0.8, \
     'training-1.dat' index 31 using 1:2 with lines lc rgb '#b4cc79a7' lw 0.8, \
     'training-1.dat' index 24 using 1:3 with lines lc rgb '#d55e00' lw 1.8, \
     'training-1.dat' index 25 using 1:3 with lines lc rgb '#d55e00' lw 1.8 dt (5,3), \
     'training-1.dat' index 26 using 1:3 with lines lc rgb '#0072b2' lw 1.8, \
     'training-1.dat' index 27 using 1:3 with lines lc rgb '#0072b2' lw 1.8 dt (5,3), \
     'training-1.dat' index 28 using 1:3 with lines lc rgb '#009e73' lw 1.8, \
     'training-1.dat' index 29 using 1:3 with lines lc rgb '#009e73' lw 1.8 dt (5,3), \
     'training-1.dat' index 30 using 1:3 with lines lc rgb '#cc79a7' lw 1.8, \
     'training-1.dat' index 31 using 1:3 with lines lc rgb '#cc79a7' lw 1.8 dt (5,3)
set lmargin at screen 0.39737; set rmargin at screen 0.63596
set tmargin at screen 0.63268; set bmargin at screen 0.40915
set title 'KL to the reference' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 1.0000000
set xrange [0:5.0000000]
set yrange [-4.5828943:4.7620045]
set ytics 2.0000000
set arrow from graph 0,first 0.0 to graph 1,first 0.0 nohead back lw 1 lc rgb '#63676d'
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-1.dat' index 32 using 1:2 with lines lc rgb '#b4d55e00' lw 0.8, \
     'training-1.dat' index 33 using 1:2 with lines lc rgb '#b40072b2' lw 0.8, \
     'training-1.dat' index 34 using 1:2 with lines lc rgb '#b4009e73' lw 0.8, \
     'training-1.dat' index 35 using 1:2 with lines lc rgb '#b4cc79a7' lw 0.8, \
     'training-1.dat' index 32 using 1:3 with lines lc rgb '#d55e00' lw 1.8, \
     'training-1.dat' index 33 using 1:3 with lines lc rgb '#0072b2' lw 1.8, \
     'training-1.dat' index 34 using 1:3 with lines lc rgb '#009e73' lw 1.8, \
     'training-1.dat' index 35 using 1:3 with lines lc rgb '#cc79a7' lw 1.8
set lmargin at screen 0.72632; set rmargin at screen 0.96491
set tmargin at screen 0.63268; set bmargin at screen 0.40915
set title 'win rate, development' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 1.0000000
set xrange [0:5.0000000]
set yrange [0.48500000:0.76500000]
set ytics 0.10000000
set arrow from graph 0,first 0.5 to graph 1,first 0.5 nohead back lw 1 lc rgb '#63676d'
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-1.dat' index 36 using 1:2 with lines lc rgb '#d55e00' lw 1, \
     'training-1.dat' index 37 using 1:2 with lines lc rgb '#0072b2' lw 1, \
     'training-1.dat' index 38 using 1:2 with lines lc rgb '#009e73' lw 1, \
     'training-1.dat' index 39 using 1:2 with lines lc rgb '#cc79a7' lw 1, \
     'training-1.dat' index 36 using 1:2 with points pt 7 ps 0.8 lw 1.4 lc rgb '#d55e00', \
     'training-1.dat' index 37 using 1:2 with points pt 5 ps 0.8 lw 1.4 lc rgb '#0072b2', \
     'training-1.dat' index 38 using 1:2 with points pt 9 ps 0.8 lw 1.4 lc rgb '#009e73', \
     'training-1.dat' index 39 using 1:2 with points pt 13 ps 0.8 lw 1.4 lc rgb '#cc79a7'
set lmargin at screen 0.06842; set rmargin at screen 0.30702
set tmargin at screen 0.29935; set bmargin at screen 0.07582
set title 'accuracy, development' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 1.0000000
set xrange [0:5.0000000]
set yrange [0.37050000:0.45450000]
set ytics 0.020000000
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-1.dat' index 40 using 1:2 with lines lc rgb '#d55e00' lw 1, \
     'training-1.dat' index 41 using 1:2 with lines lc rgb '#0072b2' lw 1, \
     'training-1.dat' index 42 using 1:2 with lines lc rgb '#009e73' lw 1, \
     'training-1.dat' index 43 using 1:2 with lines lc rgb '#cc79a7' lw 1, \
     'training-1.dat' index 40 using 1:2 with points pt 7 ps 0.8 lw 1.4 lc rgb '#d55e00', \
     'training-1.dat' index 41 using 1:2 with points pt 5 ps 0.8 lw 1.4 lc rgb '#0072b2', \
     'training-1.dat' index 42 using 1:2 with points pt 9 ps 0.8 lw 1.4 lc rgb '#009e73', \
     'training-1.dat' index 43 using 1:2 with points pt 13 ps 0.8 lw 1.4 lc rgb '#cc79a7'
set lmargin at screen 0.39737; set rmargin at screen 0.63596
set tmargin at screen 0.29935; set bmargin at screen 0.07582
set title 'words, development' offset 0,-0.7 font ',12' tc rgb '#1c1e21'
unset arrow; unset label; set xtics 1.0000000
set xrange [0:5.0000000]
set yrange [72.872500:82.252500]
set ytics 2.0000000
set xlabel 'step' offset 0,0.4 font ',11'
plot 'training-1.dat' index 44 using 1:2 with lines lc rgb '#d55e00' lw 1, \
     'training-1.dat' index 45 using 1:2 with lines lc rgb '#0072b2' lw 1, \
     'training-1.dat' index 46 using 1:2 with lines lc rgb '#009e73' lw 1, \
     'training-1.dat' index 47 using 1:2 with lines lc rgb '#cc79a7' lw 1, \
     'training-1.dat' index 44 using 1:2 with points pt 7 ps 0.8 lw 1.4 lc rgb '#d55e00', \
     'training-1.dat' index 45 using 1:2 with points pt 5 ps 0.8 lw 1.4 lc rgb '#0072b2', \
     'training-1.dat' index 46 using 1:2 with points pt 9 ps 0.8 lw 1.4 lc rgb '#009e73', \
     'training-1.dat' index 47 using 1:2 with points pt 13 ps 0.8 lw 1.4 lc rgb '#cc79a7'
set lmargin at screen 0.72632; set rmargin at screen 0.96491
set tmargin at screen 0.29935; set bmargin at screen 0.07582
unset arrow; unset label; unset title; unset xlabel; unset border; unset tics; unset grid
set xrange [0:1]; set yrange [0:1]
set arrow from -0.28,0.95 to -0.16,0.95 nohead lw 2.4 lc rgb '#d55e00'
set label '' at first -0.22,first 0.95 point pt 7 ps 0.8 lc rgb '#d55e00'
set label 'DPO (beta 0.03, lr 1e-5)' at first -0.12000000,first 0.95000000 left front font ',11' tc rgb '#1c1e21'
set arrow from -0.28,0.82 to -0.16,0.82 nohead lw 2.4 lc rgb '#0072b2'
set label '' at first -0.22,first 0.82 point pt 5 ps 0.8 lc rgb '#0072b2'
set label 'DPO (beta 0.03, lr 4e-5)' at first -0.12000000,first 0.82000000 left front font ',11' tc rgb '#1c1e21'
set arrow from -0.28,0.69 to -0.16,0.69 nohead lw 2.4 lc rgb '#009e73'
set label '' at first -0.22,first 0.69 point pt 9 ps 0.8 lc rgb '#009e73'
set label 'DPO (beta 0.1, lr 1e-5)' at first -0.12000000,first 0.69000000 left front font ',11' tc rgb '#1c1e21'
set arrow from -0.28,0.56 to -0.16,0.56 nohead lw 2.4 lc rgb '#cc79a7'
set label '' at first -0.22,first 0.56 point pt 13 ps 0.8 lc rgb '#cc79a7'
set label 'DPO (beta 0.1, lr 4e-5)' at first -0.12000000,first 0.56000000 left front font ',11' tc rgb '#1c1e21'
plot 2 with lines
unset multiplot
