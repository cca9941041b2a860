// Checkpoints (policy/proof/checkpoint.hpp), as the gateway has them or as others kept a copy, a line each: those that are
// genuine, and what is wrong with the other lines.
// Tested by proof/prove_test and proof/key_witnesses_test.
#pragma once

#include "milter/audit/log_lines.hpp"
#include "policy/proof/checkpoint.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace sealgate::milter {

struct checkpoint_line_read {
    std::uint64_t line; // its number, from 1
    policy::signed_checkpoint what;
};

struct checkpoints_read {
    std::vector<checkpoint_line_read> genuine;
    std::size_t not_genuine = 0;       // other lines
    std::vector<std::string> problems; // a phrase each; few, however many lines are wrong
    bool is_cut_short = false;         // the last line is none, and has no line end: it does not count
};

// A last line without its line end counts where it is genuine: copies are pasted. Throws as `from` does, and
// std::system_error.
checkpoints_read read_checkpoints(log_lines& from, std::span<const ed25519_public_key> keys);
checkpoints_read read_checkpoints(const std::filesystem::path& file, std::span<const ed25519_public_key> keys);

} // namespace sealgate::milter
