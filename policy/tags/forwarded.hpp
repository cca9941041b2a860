// The tags of messages that are attached to a mail: who forwards something confidential as an attachment sends it along.
//
// Only exact tags count: what is nearly one was the matter of whoever wrote that. Pure.
// Tested by tags/forwarded_test.
#pragma once

#include "policy/mail/message.hpp"
#include "policy/rules/policy.hpp"
#include "policy/tags/reader.hpp"

#include <vector>

namespace sealgate::policy {

// In order, each once; their carrier is `forwarded`.
std::vector<found_tag> forwarded_tags(const policy& rules, const message& mail);

} // namespace sealgate::policy
