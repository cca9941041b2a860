#include "keys/base/acting_as_owner.hpp"

#include <cerrno>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace sealgate::keys {

namespace {

constexpr uid_t root = 0;

std::system_error refused(int why, const std::filesystem::path& directory) {
    return {why, std::generic_category(), "cannot act as the owner of " + directory.string()};
}

// Who cannot goes on with less.
void go_back_to(gid_t group) {
    if (::setegid(group) != 0) return;
}

} // namespace

acting_as_owner::acting_as_owner(const std::filesystem::path& directory) {
    struct stat found {};
    if (::geteuid() != root || ::stat(directory.c_str(), &found) != 0 || found.st_uid == root) return;
    const auto group = ::getegid();
    if (::setegid(found.st_gid) != 0) throw refused(errno, directory);
    if (::seteuid(found.st_uid) == 0) {
        own_group_ = group;
        return;
    }
    const int why = errno;
    go_back_to(group);
    throw refused(why, directory);
}

acting_as_owner::~acting_as_owner() {
    if (own_group_ && ::seteuid(root) == 0) go_back_to(*own_group_);
}

} // namespace sealgate::keys
