#ifndef PRECIS_GNUPLOT_H
#define PRECIS_GNUPLOT_H

// C entry points to gnuplot-iostream (Debian libgnuplot-iostream-dev), so that Swift needs no C++
// interoperability. No function throws or writes to the process's own stderr.

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum precis_gnuplot_status {
  PRECIS_GNUPLOT_OK = 0,
  // No executable of that name in PATH. popen would report this only as a broken pipe.
  PRECIS_GNUPLOT_NOT_FOUND = 1,
  PRECIS_GNUPLOT_CANNOT_OPEN = 2,
  PRECIS_GNUPLOT_CANNOT_WRITE = 3,
  // gnuplot ended with a non-zero status; its messages are in the log file.
  PRECIS_GNUPLOT_SCRIPT_FAILED = 4,
};

// Writes the path of the gnuplot program found in PATH, zero-terminated, into `path`.
// Returns PRECIS_GNUPLOT_NOT_FOUND where there is none or where it does not fit `capacity`.
int precis_gnuplot_find(char *path, size_t capacity);

// Writes `script` to `path` as a gnuplot script.
int precis_gnuplot_write_script(const char *path, const char *script, size_t length);

// Runs `script` in a gnuplot process whose working directory is `directory`; file names in the
// script are relative to it. gnuplot's messages go to `log_name` in that directory.
int precis_gnuplot_run(const char *directory, const char *log_name, const char *script, size_t length);

#ifdef __cplusplus
}
#endif
#endif
