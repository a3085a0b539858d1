// The 2014 header still names the filesystem library for temporary files, which are not used here.
#include <gnuplot-iostream.h>

#include "precis_gnuplot.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

bool is_executable_file(const std::string &path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
}

std::string find_gnuplot() {
  const char *variable = std::getenv("PATH");
  std::string rest = variable ? variable : "";
  while (!rest.empty()) {
    const size_t end = rest.find(':');
    const std::string folder = rest.substr(0, end);
    rest = end == std::string::npos ? "" : rest.substr(end + 1);
    if (folder.empty()) continue;
    const std::string candidate = folder + "/gnuplot";
    if (is_executable_file(candidate)) return candidate;
  }
  return "";
}

std::string shell_quoted(const std::string &text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += "'\\''";
    else quoted += c;
  }
  return quoted + "'";
}

// A gnuplot that dies early must give an error, not end this process. The handler is put back so
// that an application's own choice stays in force.
class IgnoredBrokenPipe {
public:
  IgnoredBrokenPipe() {
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, &before);
  }
  ~IgnoredBrokenPipe() { sigaction(SIGPIPE, &before, nullptr); }

private:
  struct sigaction before = {};
};

bool send(gnuplotio::Gnuplot &gnuplot, const char *script, size_t length) {
  gnuplot.write(script, static_cast<std::streamsize>(length));
  gnuplot.flush();
  return gnuplot.good();
}

} // namespace

extern "C" int precis_gnuplot_find(char *path, size_t capacity) {
  try {
    const std::string found = find_gnuplot();
    if (found.empty() || found.size() + 1 > capacity) return PRECIS_GNUPLOT_NOT_FOUND;
    std::memcpy(path, found.c_str(), found.size() + 1);
    return PRECIS_GNUPLOT_OK;
  } catch (...) {
    return PRECIS_GNUPLOT_NOT_FOUND;
  }
}

extern "C" int precis_gnuplot_write_script(const char *path, const char *script, size_t length) {
  try {
    gnuplotio::Gnuplot gnuplot(std::string(">") + path);
    return send(gnuplot, script, length) ? PRECIS_GNUPLOT_OK : PRECIS_GNUPLOT_CANNOT_WRITE;
  } catch (...) {
    return PRECIS_GNUPLOT_CANNOT_OPEN;
  }
}

extern "C" int precis_gnuplot_run(
    const char *directory, const char *log_name, const char *script, size_t length) {
  try {
    const std::string program = find_gnuplot();
    if (program.empty()) return PRECIS_GNUPLOT_NOT_FOUND;
    const IgnoredBrokenPipe guard;
    const std::string command = "cd -- " + shell_quoted(directory) + " 2>/dev/null && exec " + shell_quoted(program) +
                                " >" + shell_quoted(log_name) + " 2>&1";
    std::FILE *pipe = popen(command.c_str(), "we");
    if (!pipe) return PRECIS_GNUPLOT_CANNOT_OPEN;
    // Gnuplot's destructor swallows the exit status. It is given a duplicate of the pipe, so that
    // the process is still ours to wait for.
    bool sent = false;
    const int copy = dup(fileno(pipe));
    std::FILE *stream = copy < 0 ? nullptr : fdopen(copy, "w");
    if (stream) {
      gnuplotio::Gnuplot gnuplot(stream);
      sent = send(gnuplot, script, length);
    } else if (copy >= 0) {
      close(copy);
    }
    const int status = pclose(pipe);
    if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return PRECIS_GNUPLOT_SCRIPT_FAILED;
    return sent ? PRECIS_GNUPLOT_OK : PRECIS_GNUPLOT_CANNOT_WRITE;
  } catch (...) {
    return PRECIS_GNUPLOT_CANNOT_OPEN;
  }
}
