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
set xrange [9.4006557:67.390794]
set yrange [13.446818:70.526309]
set xtics 10.000000
set ytics 10.000000
set xlabel 'Median compression: summary words / article words, %'
set ylabel 'Accuracy: questions answered correctly, %'
set label '↖ better: shorter and more accurate' at first 10.253452,first 68.976639 left front font ',12' tc rgb '#63676d'
set label 'Original model' at first 45.551552,first 31.028144 center front font ',12' tc rgb '#1c1e21'
set arrow from 45.551552,36.000000 to 45.551552,31.996687 nohead back lw 0.7 lc rgb '#63676d'
set label 'Prompted for 1 sentence' at first 24.327212,first 28.394801 left front font ',12' tc rgb '#1c1e21'
set label 'Prompted for 3 sentences' at first 50.216391,first 37.061467 left front font ',12' tc rgb '#1c1e21'
set label 'Prompted for 4 sentences' at first 54.815100,first 44.305189 center front font ',12' tc rgb '#1c1e21'
set arrow from 54.815100,39.333333 to 54.815100,43.336646 nohead back lw 0.7 lc rgb '#63676d'
set label 'First sentence' at first 15.847621,first 25.988742 center front font ',12' tc rgb '#1c1e21'
set label 'First 2 sentences' at first 29.849880,first 44.666667 right front font ',12' tc rgb '#1c1e21'
set label 'First 3 sentences' at first 45.585085,first 59.333333 right front font ',12' tc rgb '#1c1e21'
set label 'Best of 8 samples' at first 40.912683,first 55.333333 right front font ',12' tc rgb '#1c1e21'
set label 'DPO (beta 0.1, lr 4e-5)' at first 50.151015,first 41.333333 left front font ',12' tc rgb '#1c1e21'
set label 'SFT (lr 1e-5)' at first 44.231420,first 37.333333 right front font ',12' tc rgb '#1c1e21'
set label 'LoRA rank 64 (beta 0.1, lr 1e-4)' at first 48.966515,first 33.967659 center front font ',12' tc rgb '#1c1e21'
set label 'DPO (beta 0.1, lr 4e-5), round 2' at first 29.072013,first 32.000000 right front font ',12' tc rgb '#1c1e21'
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
