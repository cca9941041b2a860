// One OpenPGP packet in a few words, for people: its kind, version, readers and algorithm. Never its content.
// Tested by protection/part_accounts_test.
#pragma once

#include "keys/openpgp/packets.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

std::string describe(const packet& one);

// All packets of some OpenPGP data, one line each; the last line says where the data cannot be read any further. More than
// `most` are counted.
std::vector<std::string> describe_packets(std::string_view bytes, std::size_t most = 20);

} // namespace sealgate::keys
