// Root works for whoever a directory belongs to, and as them: what it makes there is theirs, and where a link leads is as far
// as they could go themselves. Tested by e2e/test_found_keys.py.
#pragma once

#include <filesystem>
#include <optional>
#include <sys/types.h>

namespace sealgate::keys {

// Of the whole process, for as long as the object lives: for commands, not for the gateway, which is never root. Nothing for
// anybody but root, and where the directory is root's or is not there. Throws std::system_error.
class acting_as_owner {
public:
    explicit acting_as_owner(const std::filesystem::path& directory);
    acting_as_owner(const acting_as_owner&) = delete;
    acting_as_owner& operator=(const acting_as_owner&) = delete;
    ~acting_as_owner();

private:
    std::optional<gid_t> own_group_; // to go back to; nothing where nothing was changed
};

} // namespace sealgate::keys
