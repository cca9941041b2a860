// What a report calls things: for readers who have not read the manual.
// Tested by report/page_test.
#pragma once

#include "policy/report/svg.hpp"
#include "policy/report/tally.hpp"
#include "policy/rules/vocabulary.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::policy {

std::string_view done(outcome what); // "refused"
series_look look_of(outcome what);
std::string_view said(change_kind kind);

// Of one of the log's reason words, a short phrase; empty for a word that is not known.
std::string_view meaning(std::string_view reason_word);

// "no classification" where there is none.
std::string classification_text(const std::string& name);

// "1 mail", "1,204 mails"
std::string counted(std::uint64_t number, std::string_view one, std::string_view many);

// Enough for all: "and 12 more", and what had no room; empty where all is shown.
std::string rest_note(std::uint64_t more, std::uint64_t left_out, std::string_view many);

} // namespace sealgate::policy
