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
set xrange [3.5241189:50.291557]
set yrange [2.7736951:83.817409]
set xtics 10.000000
set ytics 20.000000
set xlabel 'Median compression, %'
set ylabel 'Articles with at least 3 of 5 right, %'
set label 'Original model' at first 39.460722,first 23.794588 right front font ',12' tc rgb '#1c1e21'
set label 'Prompted for 1 sentence' at first 24.943202,first 20.380735 right front font ',12' tc rgb '#1c1e21'
set arrow from 26.181163,25.641026 to 25.080753,22.268399 nohead back lw 0.7 lc rgb '#63676d'
set label 'Prompted for 3 sentences' at first 38.935517,first 18.442733 right front font ',12' tc rgb '#1c1e21'
set arrow from 40.723684,25.641026 to 39.073069,20.330397 nohead back lw 0.7 lc rgb '#63676d'
set label 'Prompted for 4 sentences' at first 43.207222,first 14.447479 right front font ',12' tc rgb '#1c1e21'
set arrow from 45.765676,24.358974 to 43.344773,16.335143 nohead back lw 0.7 lc rgb '#63676d'
set label 'First sentence' at first 14.360428,first 12.820513 left front font ',12' tc rgb '#1c1e21'
set label 'First 2 sentences' at first 27.007102,first 44.377780 right front font ',12' tc rgb '#1c1e21'
set arrow from 28.795269,37.179487 to 27.144653,42.490116 nohead back lw 0.7 lc rgb '#63676d'
set label 'First 3 sentences' at first 41.256805,first 58.974359 left front font ',12' tc rgb '#1c1e21'
set label 'Best of 10 samples' at first 34.877888,first 70.512821 right front font ',12' tc rgb '#1c1e21'
set label 'DPO (beta 0.03, lr 4e-5)' at first 29.659153,first 53.309603 center front font ',12' tc rgb '#1c1e21'
set arrow from 29.659153,39.743590 to 29.659153,51.421939 nohead back lw 0.7 lc rgb '#63676d'
set label 'SFT (lr 1e-5)' at first 39.283184,first 44.307409 left front font ',12' tc rgb '#1c1e21'
set label 'LoRA rank 64 (beta 0.1, lr 4e-4)' at first 33.957411,first 40.307976 left front font ',12' tc rgb '#1c1e21'
set label 'DPO (beta 0.03, lr 4e-5), round 2' at first 20.256552,first 30.769231 right front font ',12' tc rgb '#1c1e21'
set label 'published: DPO' at first 12.336532,first 65.428571 left front font ',12' tc rgb '#63676d'
set label 'published: original' at first 12.730000,first 48.307910 center front font ',12' tc rgb '#63676d'
set label 'published: GPT-4o, 2 sentences' at first 8.8065321,first 37.238095 left front font ',12' tc rgb '#63676d'
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
