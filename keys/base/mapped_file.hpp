// A file as octets, without a copy of it in memory.
#pragma once

#include "policy/base/octets.hpp"

#include <cstddef>
#include <filesystem>

namespace sealgate::keys {

// So many octets of an open file, from its beginning: nobody may cut it short while they are held. They stay when it is closed
// or its name is removed. `name` is for errors. Throws std::system_error.
octets mapped(int descriptor, const std::filesystem::path& name, std::size_t size);

// The same of a file that has lain on a disk: it is read once before, since a disk that cannot read ends a process that looks
// at a mapping.
octets read_mapped(int descriptor, const std::filesystem::path& name, std::size_t size);

} // namespace sealgate::keys
