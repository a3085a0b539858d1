# Draws frontier-gnuplot.svg from the data files beside this script: gnuplot frontier.gp
# frontier.svg is the same drawing with a title, a description, and colours for light and dark pages.
set encoding utf8
set terminal svg size 760,520 dynamic noenhanced font 'Helvetica,13'
set output 'frontier-gnuplot.svg'
set border 3 lc rgb '#63676d' lw 1
set tics nomirror scale 0.5 tc rgb '#1c1e21'
set grid back lc rgb '#dcdfe3' lt 1 lw 1
unset key
set lmargin at screen 0.081579
set rmargin at screen 0.976316
set tmargin at screen 0.969231
set bmargin at screen 0.119231
set xrange [8.9735334:58.415078]
set yrange [14.267888:100.00000]
set xtics 10.000000
set ytics 20.000000
set xlabel 'Median compression: summary words / article words, %'
set ylabel 'Accuracy: questions answered correctly, %'
set label '↖ better: shorter and more accurate' at first 9.7006149,first 97.672431 left front font ',12' tc rgb '#63676d'
set label 'SmolLM2-135M-Instruct' at first 35.573837,first 52.500000 right front font ',12' tc rgb '#1c1e21'
set label 'Lead, 2 sentences' at first 24.517671,first 72.500000 right front font ',12' tc rgb '#1c1e21'
set label 'Prompt, 1 sentence' at first 34.514075,first 42.500000 left front font ',12' tc rgb '#1c1e21'
set label 'SFT on chosen' at first 38.874502,first 52.500000 left front font ',12' tc rgb '#1c1e21'
set label 'DPO, beta 0.1, lr 2e-5' at first 21.700210,first 67.500000 right front font ',12' tc rgb '#1c1e21'
set label 'LoRA, rank 64' at first 30.073294,first 60.000000 left front font ',12' tc rgb '#1c1e21'
plot 'frontier-line.dat' index 0 using 1:2:3 with filledcurves lc rgb '#63676d' fs transparent solid 0.16 noborder, \
     'frontier-line.dat' index 1 using 1:2 with lines lc rgb '#63676d' lw 1.6 dt (6,4), \
     'frontier-ellipses.dat' index 0 using 1:2 with filledcurves closed lc rgb '#1c1e21' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 0 using 1:2 with lines lc rgb '#1c1e21' lw 0.9, \
     'frontier-ellipses.dat' index 1 using 1:2 with filledcurves closed lc rgb '#009e73' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 1 using 1:2 with lines lc rgb '#009e73' lw 0.9, \
     'frontier-ellipses.dat' index 2 using 1:2 with filledcurves closed lc rgb '#56b4e9' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 2 using 1:2 with lines lc rgb '#56b4e9' lw 0.9, \
     'frontier-ellipses.dat' index 3 using 1:2 with filledcurves closed lc rgb '#e69f00' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 3 using 1:2 with lines lc rgb '#e69f00' lw 0.9, \
     'frontier-ellipses.dat' index 4 using 1:2 with filledcurves closed lc rgb '#d55e00' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 4 using 1:2 with lines lc rgb '#d55e00' lw 0.9, \
     'frontier-ellipses.dat' index 5 using 1:2 with filledcurves closed lc rgb '#cc79a7' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 5 using 1:2 with lines lc rgb '#cc79a7' lw 0.9, \
     'frontier-points.dat' every ::0::0 using 1:2 with points pt 5 ps 1.15 lw 1.6 lc rgb '#1c1e21', \
     'frontier-points.dat' every ::1::1 using 1:2 with points pt 13 ps 1.15 lw 1.6 lc rgb '#009e73', \
     'frontier-points.dat' every ::2::2 using 1:2 with points pt 9 ps 1.15 lw 1.6 lc rgb '#56b4e9', \
     'frontier-points.dat' every ::3::3 using 1:2 with points pt 11 ps 1.15 lw 1.6 lc rgb '#e69f00', \
     'frontier-points.dat' every ::4::4 using 1:2 with points pt 7 ps 1.15 lw 1.6 lc rgb '#d55e00', \
     'frontier-points.dat' every ::5::5 using 1:2 with points pt 15 ps 1.15 lw 1.6 lc rgb '#cc79a7'
