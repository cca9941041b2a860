// A case of tests/cases: a mail, and what is to be said of it. The form of the files: tests/cases/README.md.
#pragma once

#include "policy/mail/message.hpp"
#include "policy/rules/vocabulary.hpp"

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::test {

struct mail_case {
    policy::protection protection = policy::protection::none;
    std::string why; // a part of the explanation; empty: any
    std::vector<std::pair<std::string, policy::addressed>> to;
    std::optional<std::vector<std::string>> key_ids; // of all messages in it, in order
    std::optional<std::size_t> passphrases;
    std::string about;
    policy::message mail;
};

// Nothing is passed over: a key that is not known, or stands there twice, is an error, and so is what lacks.
std::expected<mail_case, std::string> read_case(std::string_view file);

// As a case file spells it.
std::string_view word_for(policy::addressed answer);

// All case files below the directory, in order. A case's name is `topic/fact`.
std::vector<std::filesystem::path> case_files(const std::filesystem::path& directory);

} // namespace sealgate::test
