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
set xrange [9.4044289:67.273884]
set yrange [14.929241:69.919284]
set xtics 10.000000
set ytics 10.000000
set xlabel 'Median compression: summary words / article words, %'
set ylabel 'Accuracy: questions answered correctly, %'
set label '↖ better: shorter and more accurate' at first 10.255450,first 68.426342 left front font ',12' tc rgb '#63676d'
set label 'Original model' at first 46.334492,first 39.786894 left front font ',12' tc rgb '#1c1e21'
set label 'Prompted for 1 sentence' at first 23.328061,first 33.333333 right front font ',12' tc rgb '#1c1e21'
set label 'Prompted for 3 sentences' at first 52.597618,first 48.232672 left front font ',12' tc rgb '#1c1e21'
set arrow from 49.431818,43.333333 to 52.427414,47.299584 nohead back lw 0.7 lc rgb '#63676d'
set label 'Prompted for 4 sentences' at first 54.815100,first 51.562115 center front font ',12' tc rgb '#1c1e21'
set arrow from 54.815100,42.666667 to 54.815100,50.629026 nohead back lw 0.7 lc rgb '#63676d'
set label 'First sentence' at first 15.847621,first 26.582609 center front font ',12' tc rgb '#1c1e21'
set label 'First 2 sentences' at first 29.851832,first 45.333333 right front font ',12' tc rgb '#1c1e21'
set label 'First 3 sentences' at first 45.587037,first 60.000000 right front font ',12' tc rgb '#1c1e21'
set label 'Best of 8 samples' at first 44.144171,first 56.666667 right front font ',12' tc rgb '#1c1e21'
set label 'DPO (beta 0.03, lr 1e-5)' at first 43.525421,first 37.786894 left front font ',12' tc rgb '#1c1e21'
set label 'SFT (lr 1e-5)' at first 48.488007,first 45.266875 left front font ',12' tc rgb '#1c1e21'
set arrow from 46.956169,42.666667 to 48.317803,44.333786 nohead back lw 0.7 lc rgb '#63676d'
set label 'LoRA rank 64 (beta 0.1, lr 1e-4)' at first 40.468853,first 35.417391 center front font ',12' tc rgb '#1c1e21'
set label 'DPO (beta 0.03, lr 1e-5), round 2' at first 43.050643,first 42.666667 right front font ',12' tc rgb '#1c1e21'
plot 'frontier-line.dat' index 0 using 1:2:3 with filledcurves lc rgb '#63676d' fs transparent solid 0.16 noborder, \
     'frontier-line.dat' index 1 using 1:2 with lines lc rgb '#63676d' lw 1.6 dt (6,4), \
     'frontier-ellipses.dat' index 0 using 1:2 with filledcurves closed lc rgb '#1c1e21' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 0 using 1:2 with lines lc rgb '#1c1e21' lw 0.9, \
     'frontier-ellipses.dat' index 1 using 1:2 with filledcurves closed lc rgb '#56b4e9' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 1 using 1:2 with lines lc rgb '#56b4e9' lw 0.9, \
     'frontier-ellipses.dat' index 2 using 1:2 with filledcurves closed lc rgb '#56b4e9' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 2 using 1:2 with lines lc rgb '#56b4e9' lw 0.9, \
     'frontier-ellipses.dat' index 3 using 1:2 with filledcurves closed lc rgb '#56b4e9' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 3 using 1:2 with lines lc rgb '#56b4e9' lw 0.9, \
     'frontier-ellipses.dat' index 4 using 1:2 with filledcurves closed lc rgb '#009e73' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 4 using 1:2 with lines lc rgb '#009e73' lw 0.9, \
     'frontier-ellipses.dat' index 5 using 1:2 with filledcurves closed lc rgb '#009e73' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 5 using 1:2 with lines lc rgb '#009e73' lw 0.9, \
     'frontier-ellipses.dat' index 6 using 1:2 with filledcurves closed lc rgb '#009e73' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 6 using 1:2 with lines lc rgb '#009e73' lw 0.9, \
     'frontier-ellipses.dat' index 7 using 1:2 with filledcurves closed lc rgb '#0072b2' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 7 using 1:2 with lines lc rgb '#0072b2' lw 0.9, \
     'frontier-ellipses.dat' index 8 using 1:2 with filledcurves closed lc rgb '#d55e00' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 8 using 1:2 with lines lc rgb '#d55e00' lw 0.9, \
     'frontier-ellipses.dat' index 9 using 1:2 with filledcurves closed lc rgb '#e69f00' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 9 using 1:2 with lines lc rgb '#e69f00' lw 0.9, \
     'frontier-ellipses.dat' index 10 using 1:2 with filledcurves closed lc rgb '#cc79a7' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 10 using 1:2 with lines lc rgb '#cc79a7' lw 0.9, \
     'frontier-ellipses.dat' index 11 using 1:2 with filledcurves closed lc rgb '#d55e00' fs transparent solid 0.13 noborder, \
     'frontier-ellipses.dat' index 11 using 1:2 with lines lc rgb '#d55e00' lw 0.9, \
     'frontier-points.dat' every ::0::0 using 1:2 with points pt 5 ps 1.15 lw 1.6 lc rgb '#1c1e21', \
     'frontier-points.dat' every ::1::1 using 1:2 with points pt 9 ps 1.15 lw 1.6 lc rgb '#56b4e9', \
     'frontier-points.dat' every ::2::2 using 1:2 with points pt 9 ps 1.15 lw 1.6 lc rgb '#56b4e9', \
     'frontier-points.dat' every ::3::3 using 1:2 with points pt 9 ps 1.15 lw 1.6 lc rgb '#56b4e9', \
     'frontier-points.dat' every ::4::4 using 1:2 with points pt 13 ps 1.15 lw 1.6 lc rgb '#009e73', \
     'frontier-points.dat' every ::5::5 using 1:2 with points pt 13 ps 1.15 lw 1.6 lc rgb '#009e73', \
     'frontier-points.dat' every ::6::6 using 1:2 with points pt 13 ps 1.15 lw 1.6 lc rgb '#009e73', \
     'frontier-points.dat' every ::7::7 using 1:2 with points pt 8 ps 1.15 lw 1.6 lc rgb '#0072b2', \
     'frontier-points.dat' every ::8::8 using 1:2 with points pt 7 ps 1.15 lw 1.6 lc rgb '#d55e00', \
     'frontier-points.dat' every ::9::9 using 1:2 with points pt 11 ps 1.15 lw 1.6 lc rgb '#e69f00', \
     'frontier-points.dat' every ::10::10 using 1:2 with points pt 15 ps 1.15 lw 1.6 lc rgb '#cc79a7', \
     'frontier-points.dat' every ::11::11 using 1:2 with points pt 7 ps 1.15 lw 1.6 lc rgb '#d55e00'
