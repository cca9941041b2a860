// The language of a mail, among some: what its header says (RFC 3282), else the words of its first text and its Subject.
//
// Never fails, and reads little: the first 8 KiB of the text. Nothing where nothing speaks for one of them.
#pragma once

#include "policy/mail/message.hpp"
#include "policy/texts/catalogue.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sealgate::policy {

std::optional<std::string> language_of(const message& mail, const std::vector<language_texts>& among);

} // namespace sealgate::policy
