// Who somebody is on this machine, and what they can do, tried as them: root asks a child process that has become them.
// Tested by e2e/test_doctor.py.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace sealgate::milter {

struct account {
    std::string name;
    uid_t user = 0;
    gid_t group = 0;
    std::vector<gid_t> groups = {};
};

std::optional<account> account_named(const std::string& name);
// The owner of a directory; nothing where it is not there.
std::optional<account> owner_of(const std::string& directory);
account current_account();

// The error number that `attempt` returns in a child that is that account, in that directory; 0: it could. `is_chrooted`: which
// is all it sees. Who is not root tries as they are.
int try_as(const account& who, const std::string& directory, bool is_chrooted, const std::function<int()>& attempt);

// The same of access(2): `how` as there.
int access_as(const account& who, const std::filesystem::path& file, int how);

} // namespace sealgate::milter
