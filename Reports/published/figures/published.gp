# Draws published.svg from the data files beside this script: gnuplot published.gp
set encoding utf8
set terminal svg size 760,400 dynamic noenhanced font 'Helvetica,13'
set output 'published.svg'
set border 3 lc rgb '#63676d' lw 1
set tics nomirror scale 0.5 tc rgb '#1c1e21'
set grid back lc rgb '#dcdfe3' lt 1 lw 1
unset key
set lmargin at screen 0.081579
set rmargin at screen 0.976316
set tmargin at screen 0.960000
set bmargin at screen 0.155000
set xrange [2.9720976:55.443756]
set yrange [0.63477659:89.529039]
set xtics 10.000000
set ytics 20.000000
set xlabel 'Median compression, %'
set ylabel 'Articles with at least 3 of 5 right, %'
set label 'Original model' at first 41.001639,first 23.076923 right front font ',12' tc rgb '#1c1e21'
set label 'Prompted for 1 sentence' at first 26.105578,first 26.508462 right front font ',12' tc rgb '#1c1e21'
set label 'Prompted for 3 sentences' at first 46.672078,first 12.953364 center front font ',12' tc rgb '#1c1e21'
set arrow from 46.672078,32.692308 to 46.672078,15.023883 nohead back lw 0.7 lc rgb '#63676d'
set label 'Prompted for 4 sentences' at first 47.688550,first 7.1841336 center front font ',12' tc rgb '#1c1e21'
set arrow from 47.688550,26.923077 to 47.688550,9.2546521 nohead back lw 0.7 lc rgb '#63676d'
set label 'First sentence' at first 15.980138,first 11.538462 left front font ',12' tc rgb '#1c1e21'
set label 'First 2 sentences' at first 28.787527,first 40.384615 right front font ',12' tc rgb '#1c1e21'
set label 'First 3 sentences' at first 44.563042,first 78.431539 left front font ',12' tc rgb '#1c1e21'
set label 'Best of 8 samples' at first 35.864929,first 75.000000 right front font ',12' tc rgb '#1c1e21'
set label 'DPO (beta 0.1, lr 4e-5)' at first 49.131226,first 63.461538 right front font ',12' tc rgb '#1c1e21'
set label 'SFT (lr 1e-5)' at first 42.424991,first 46.802098 left front font ',12' tc rgb '#1c1e21'
set label 'LoRA rank 64 (beta 0.1, lr 1e-4)' at first 48.150060,first 53.845540 right front font ',12' tc rgb '#1c1e21'
set arrow from 49.539016,59.615385 to 48.304389,55.916058 nohead back lw 0.7 lc rgb '#63676d'
set label 'DPO (beta 0.1, lr 4e-5), round 2' at first 37.483647,first 58.200482 center front font ',12' tc rgb '#1c1e21'
set arrow from 37.483647,38.461538 to 37.483647,56.129963 nohead back lw 0.7 lc rgb '#63676d'
set label 'published: DPO' at first 12.428806,first 65.428571 left front font ',12' tc rgb '#63676d'
set label 'published: original' at first 13.439911,first 46.479158 left front font ',12' tc rgb '#63676d'
set label 'published: GPT-4o, 2 sentences' at first 8.7599107,first 33.806556 left front font ',12' tc rgb '#63676d'
plot 'published.dat' every ::0::0 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#1c1e21', \
     'published.dat' every ::0::0 using 1:2 with points pt 5 ps 1.15 lw 1.6 lc rgb '#1c1e21', \
     'published.dat' every ::1::1 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#56b4e9', \
     'published.dat' every ::1::1 using 1:2 with points pt 9 ps 1.15 lw 1.6 lc rgb '#56b4e9', \
     'published.dat' every ::2::2 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#56b4e9', \
     'published.dat' every ::2::2 using 1:2 with points pt 9 ps 1.15 lw 1.6 lc rgb '#56b4e9', \
     'published.dat' every ::3::3 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#56b4e9', \
     'published.dat' every ::3::3 using 1:2 with points pt 9 ps 1.15 lw 1.6 lc rgb '#56b4e9', \
     'published.dat' every ::4::4 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#009e73', \
     'published.dat' every ::4::4 using 1:2 with points pt 13 ps 1.15 lw 1.6 lc rgb '#009e73', \
     'published.dat' every ::5::5 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#009e73', \
     'published.dat' every ::5::5 using 1:2 with points pt 13 ps 1.15 lw 1.6 lc rgb '#009e73', \
     'published.dat' every ::6::6 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#009e73', \
     'published.dat' every ::6::6 using 1:2 with points pt 13 ps 1.15 lw 1.6 lc rgb '#009e73', \
     'published.dat' every ::7::7 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#0072b2', \
     'published.dat' every ::7::7 using 1:2 with points pt 8 ps 1.15 lw 1.6 lc rgb '#0072b2', \
     'published.dat' every ::8::8 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#d55e00', \
     'published.dat' every ::8::8 using 1:2 with points pt 7 ps 1.15 lw 1.6 lc rgb '#d55e00', \
     'published.dat' every ::9::9 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#e69f00', \
     'published.dat' every ::9::9 using 1:2 with points pt 11 ps 1.15 lw 1.6 lc rgb '#e69f00', \
     'published.dat' every ::10::10 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#cc79a7', \
     'published.dat' every ::10::10 using 1:2 with points pt 15 ps 1.15 lw 1.6 lc rgb '#cc79a7', \
     'published.dat' every ::11::11 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#d55e00', \
     'published.dat' every ::11::11 using 1:2 with points pt 7 ps 1.15 lw 1.6 lc rgb '#d55e00', \
     'published.dat' every ::12::12 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#63676d', \
     'published.dat' every ::12::12 using 1:2 with points pt 6 ps 1.15 lw 1.6 lc rgb '#63676d', \
     'published.dat' every ::13::13 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#63676d', \
     'published.dat' every ::13::13 using 1:2 with points pt 6 ps 1.15 lw 1.6 lc rgb '#63676d', \
     'published.dat' every ::14::14 using 1:3:(0):($4-$3) with vectors nohead lw 1.2 lc rgb '#63676d', \
     'published.dat' every ::14::14 using 1:2 with points pt 6 ps 1.15 lw 1.6 lc rgb '#63676d'
