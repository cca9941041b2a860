// A question to a keyserver that the organisation has named. What is told of it, evidence and problems, names nobody who is
// asked for, wherever the server redirects to: of URLs that are not ours only the host is left.
// Tested by discovery/keyservers_test.py.
#pragma once

#include "keys/discovery/keyserver.hpp"
#include "milter/discovery/source_answer.hpp"

#include <chrono>
#include <expected>
#include <optional>

namespace sealgate::milter {

// Blocks, until the deadline. The error is the source's answer, also where there is no place to ask. No trouble with a
// connection is a "none": the server was named because it is there.
std::expected<https_answer, source_answer> ask_keyserver(https_client& client,
                                                         const std::optional<keys::keyserver_place>& where,
                                                         std::chrono::steady_clock::time_point deadline);

} // namespace sealgate::milter
