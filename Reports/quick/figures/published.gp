# Draws published-gnuplot.svg from the data files beside this script: gnuplot published.gp
# published.svg is the same drawing with a title, a description, and colours for light and dark pages.
set encoding utf8
set terminal svg size 760,400 dynamic noenhanced font 'Helvetica,13'
set output 'published-gnuplot.svg'
set border 3 lc rgb '#63676d' lw 1
set tics nomirror scale 0.5 tc rgb '#1c1e21'
set grid back lc rgb '#dcdfe3' lt 1 lw 1
unset key
set lmargin at screen 0.081579
set rmargin at screen 0.976316
set tmargin at screen 0.960000
set bmargin at screen 0.155000
set xrange [2.4381880:60.426912]
set yrange [0:95.716987]
set xtics 10.000000
set ytics 20.000000
set xlabel 'Median compression, %'
set ylabel 'Articles with at least 3 of 5 right, %'
set label 'Original model' at first 44.187112,first 26.666667 right front font ',12' tc rgb '#1c1e21'
set label 'Prompted for 1 sentence' at first 21.325424,first 28.501571 right front font ',12' tc rgb '#1c1e21'
set arrow from 23.542640,20.000000 to 21.495979,26.272138 nohead back lw 0.7 lc rgb '#63676d'
set label 'Prompted for 3 sentences' at first 45.167941,first 14.631776 right front font ',12' tc rgb '#1c1e21'
set arrow from 49.431818,30.000000 to 45.338496,16.861209 nohead back lw 0.7 lc rgb '#63676d'
set label 'Prompted for 4 sentences' at first 49.186783,first 46.612660 right front font ',12' tc rgb '#1c1e21'
set arrow from 54.815100,26.666667 to 49.357338,44.383227 nohead back lw 0.7 lc rgb '#63676d'
set label 'First sentence' at first 14.909568,first 10.0000000 right front font ',12' tc rgb '#1c1e21'
set label 'First 2 sentences' at first 33.005171,first 38.501571 left front font ',12' tc rgb '#1c1e21'
set arrow from 30.787955,30.000000 to 32.834616,36.272138 nohead back lw 0.7 lc rgb '#63676d'
set label 'First 3 sentences' at first 47.461213,first 80.000000 left front font ',12' tc rgb '#1c1e21'
set label 'Best of 8 samples' at first 40.912706,first 70.000000 right front font ',12' tc rgb '#1c1e21'
set label 'DPO (beta 0.1, lr 4e-5)' at first 49.212939,first 54.587261 center front font ',12' tc rgb '#1c1e21'
set arrow from 49.212939,33.333333 to 49.212939,52.357828 nohead back lw 0.7 lc rgb '#63676d'
set label 'SFT (lr 1e-5)' at first 44.384942,first 33.694914 right front font ',12' tc rgb '#1c1e21'
set label 'LoRA rank 64 (beta 0.1, lr 1e-4)' at first 48.966515,first 8.5555776 center front font ',12' tc rgb '#1c1e21'
set arrow from 48.966515,20.000000 to 48.966515,10.785011 nohead back lw 0.7 lc rgb '#63676d'
set label 'DPO (beta 0.1, lr 4e-5), round 2' at first 30.010089,first 3.9778087 center front font ',12' tc rgb '#1c1e21'
set arrow from 30.010089,20.000000 to 30.010089,6.2072416 nohead back lw 0.7 lc rgb '#63676d'
set label 'published: DPO' at first 12.518053,first 65.428571 left front font ',12' tc rgb '#63676d'
set label 'published: original' at first 13.668053,first 43.047619 left front font ',12' tc rgb '#63676d'
set label 'published: GPT-4o, 2 sentences' at first 8.9880529,first 37.238095 left front font ',12' tc rgb '#63676d'
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
