// The handbook as text alone: plain, for mail and terminals, and Markdown, for a wiki. Both end their lines with LF.
// Tested by handbook/handbook_test.
#pragma once

#include "policy/handbook/content.hpp"

#include <string>

namespace sealgate::policy {

std::string handbook_text(const handbook& of);

// CommonMark. Whatever comes from the policy is escaped: no HTML, no link of its own making.
std::string handbook_markdown(const handbook& of);

} // namespace sealgate::policy
