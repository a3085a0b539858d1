// OpenBLAS through Debian's libopenblas-dev: the single-precision reference for the kernels.
#include <cblas.h>
