#include "milter/installation/account.hpp"

#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sealgate::milter {

namespace {

constexpr int most_error_numbers = 255;

account account_of(const passwd& entry) {
    account out{.name = entry.pw_name, .user = entry.pw_uid, .group = entry.pw_gid};
    int count = 64;
    out.groups.resize(static_cast<std::size_t>(count));
    if (::getgrouplist(entry.pw_name, entry.pw_gid, out.groups.data(), &count) < 0) count = 0;
    out.groups.resize(static_cast<std::size_t>(count));
    return out;
}

int become(const account& who, const std::string& directory, bool is_chrooted) {
    if (::geteuid() != 0) return ::chdir(directory.c_str()) == 0 ? 0 : errno;
    if (::chdir(directory.c_str()) != 0 || (is_chrooted && ::chroot(".") != 0)) return errno;
    if (::setgroups(who.groups.size(), who.groups.data()) != 0 || ::setgid(who.group) != 0 || ::setuid(who.user) != 0)
        return errno;
    return 0;
}

} // namespace

std::optional<account> account_named(const std::string& name) {
    const auto* entry = ::getpwnam(name.c_str());
    if (entry == nullptr) return std::nullopt;
    return account_of(*entry);
}

std::optional<account> owner_of(const std::string& directory) {
    struct stat found = {};
    if (::stat(directory.c_str(), &found) != 0) return std::nullopt;
    if (const auto* entry = ::getpwuid(found.st_uid)) return account_of(*entry);
    return account{.name = std::to_string(found.st_uid), .user = found.st_uid, .group = found.st_gid};
}

account current_account() {
    if (const auto* entry = ::getpwuid(::geteuid())) return account_of(*entry);
    return {.name = std::to_string(::geteuid()), .user = ::geteuid(), .group = ::getegid()};
}

int try_as(const account& who, const std::string& directory, bool is_chrooted, const std::function<int()>& attempt) {
    const auto child = ::fork();
    if (child < 0) return errno;
    if (child == 0) {
        const int problem = become(who, directory, is_chrooted);
        ::_exit(problem != 0 ? problem : attempt());
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : most_error_numbers;
}

int access_as(const account& who, const std::filesystem::path& file, int how) {
    return try_as(who, "/", false, [&] { return ::access(file.c_str(), how) == 0 ? 0 : errno; });
}

} // namespace sealgate::milter
