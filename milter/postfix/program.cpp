#include "milter/postfix/program.hpp"

#include "policy/base/text.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sealgate::milter {

namespace {

// Both ends, closed with their owner.
class pipe_ends {
public:
    pipe_ends() { is_open_ = ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
    ~pipe_ends() {
        close(0);
        close(1);
    }
    pipe_ends(const pipe_ends&) = delete;
    pipe_ends& operator=(const pipe_ends&) = delete;

    explicit operator bool() const { return is_open_; }
    int reads() const { return ends_[0]; }
    int writes() const { return ends_[1]; }
    void close(std::size_t which) {
        if (ends_[which] >= 0) ::close(ends_[which]);
        ends_[which] = -1;
    }

private:
    std::array<int, 2> ends_{-1, -1};
    bool is_open_ = false;
};

// Some of it; false at its end.
bool take_some(int from, std::string& to) {
    std::array<char, 65536> buffer;
    const auto count = ::read(from, buffer.data(), buffer.size());
    if (count > 0) to.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && errno == EINTR);
}

void take_all(pipe_ends& output, pipe_ends& errors, ran_program& to) {
    std::array<pollfd, 2> from{pollfd{output.reads(), POLLIN, 0}, pollfd{errors.reads(), POLLIN, 0}};
    while (from[0].fd >= 0 || from[1].fd >= 0) {
        if (::poll(from.data(), from.size(), -1) < 0 && errno != EINTR) return;
        if (from[0].fd >= 0 && from[0].revents != 0 && !take_some(from[0].fd, to.output)) from[0].fd = -1;
        if (from[1].fd >= 0 && from[1].revents != 0 && !take_some(from[1].fd, to.errors)) from[1].fd = -1;
    }
}

int status_of(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return 128;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

std::expected<ran_program, std::string> run_program(const std::string& path, const std::vector<std::string>& arguments) {
    pipe_ends output, errors;
    if (!output || !errors) return std::unexpected(path + ": " + std::strerror(errno));
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output.writes(), 1);
    ::posix_spawn_file_actions_adddup2(&actions, errors.writes(), 2);
    std::vector<char*> words{const_cast<char*>(path.c_str())};
    for (const auto& one : arguments) words.push_back(const_cast<char*>(one.c_str()));
    words.push_back(nullptr);
    std::string language = "LC_ALL=C", places = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    std::array<char*, 3> environment{language.data(), places.data(), nullptr};
    pid_t child = 0;
    const int problem = ::posix_spawn(&child, path.c_str(), &actions, nullptr, words.data(), environment.data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (problem != 0) return std::unexpected(path + ": " + std::strerror(problem));
    output.close(1);
    errors.close(1);
    ran_program out;
    take_all(output, errors, out);
    out.status = status_of(child);
    return out;
}

std::expected<ran_program, std::string> ran_of_postfix(const char* tool, const std::string& configuration,
                                                       std::vector<std::string> arguments) {
    const auto path = std::string("/usr/sbin/") + tool;
    if (!configuration.empty()) arguments.insert(arguments.begin(), {"-c", configuration});
    auto ran = run_program(path, arguments);
    if (!ran || ran->status == 0) return ran;
    auto said = std::string_view(ran->errors);
    return std::unexpected(path + ": " + text::printable(text::take_line(said)));
}

std::expected<std::string, std::string> run_of_postfix(const char* tool, const std::string& configuration,
                                                       std::vector<std::string> arguments) {
    auto ran = ran_of_postfix(tool, configuration, std::move(arguments));
    if (!ran) return std::unexpected(std::move(ran.error()));
    return std::move(ran->output);
}

} // namespace sealgate::milter
