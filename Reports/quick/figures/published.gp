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
set xrange [2.8696585:56.399854]
set yrange [0:93.720368]
set xtics 10.000000
set ytics 20.000000
set xlabel 'Median compression, %'
set ylabel 'Articles with at least 3 of 5 right, %'
set label 'Original model' at first 43.658212,first 38.709677 right front font ',12' tc rgb '#1c1e21'
set arrow from 45.390071,38.709677 to 43.815653,38.709677 nohead back lw 0.7 lc rgb '#63676d'
set label 'Prompted for 1 sentence' at first 24.967404,first 29.032258 right front font ',12' tc rgb '#1c1e21'
set label 'Prompted for 3 sentences' at first 48.623853,first 11.495844 center front font ',12' tc rgb '#1c1e21'
set arrow from 48.623853,38.709677 to 48.623853,13.678772 nohead back lw 0.7 lc rgb '#63676d'
set label 'Prompted for 4 sentences' at first 47.283468,first 17.210415 right front font ',12' tc rgb '#1c1e21'
set arrow from 51.219512,32.258065 to 47.440910,19.393343 nohead back lw 0.7 lc rgb '#63676d'
set label 'First sentence' at first 17.177986,first 9.6774194 left front font ',12' tc rgb '#1c1e21'
set label 'First 2 sentences' at first 31.244162,first 35.483871 right front font ',12' tc rgb '#1c1e21'
set label 'First 3 sentences' at first 48.226950,first 81.901633 center front font ',12' tc rgb '#1c1e21'
set label 'Best of 8 samples' at first 40.597485,first 77.419355 right front font ',12' tc rgb '#1c1e21'
set label 'DPO (beta 0.03, lr 1e-5)' at first 43.413047,first 56.623117 right front font ',12' tc rgb '#1c1e21'
set arrow from 46.341463,45.161290 to 43.570489,54.440189 nohead back lw 0.7 lc rgb '#63676d'
set label 'SFT (lr 1e-5)' at first 47.541358,first 22.949166 right front font ',12' tc rgb '#1c1e21'
set arrow from 48.958333,29.032258 to 47.698799,25.132094 nohead back lw 0.7 lc rgb '#63676d'
set label 'LoRA rank 64 (beta 0.1, lr 1e-4)' at first 43.289915,first 51.612903 right front font ',12' tc rgb '#1c1e21'
set label 'DPO (beta 0.03, lr 1e-5), round 2' at first 37.288136,first 5.0442308 center front font ',12' tc rgb '#1c1e21'
set arrow from 37.288136,32.258065 to 37.288136,7.2271587 nohead back lw 0.7 lc rgb '#63676d'
set label 'published: DPO' at first 12.445930,first 65.428571 left front font ',12' tc rgb '#63676d'
set label 'published: original' at first 13.595930,first 43.047619 left front font ',12' tc rgb '#63676d'
set label 'published: GPT-4o, 2 sentences' at first 13.245578,first 56.768023 left front font ',12' tc rgb '#63676d'
set arrow from 8.0500000,37.238095 to 13.088136,54.585095 nohead back lw 0.7 lc rgb '#63676d'
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
