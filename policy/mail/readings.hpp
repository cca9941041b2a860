// The texts that readers of one field may see. Programs differ in how they read encoded words that are broken, in charsets
// that have two byte orders or several names, and in what they take raw bytes for (RFC 5322 allows none).
//
// Pure and linear; bytes above ASCII without a charset are read in some thirty ways, so that many such fields are costly.
#pragma once

#include "policy/mail/encoded_word.hpp"
#include "policy/mail/message.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct field_readings {
    decoded_words first;                  // as the standard has it
    std::vector<std::string> others = {}; // likely as well
    std::vector<std::string> plain = {};  // for readers who know no encoded words, or not the charset

    std::vector<std::string> guesses = {}; // at what bytes are of which nobody says it: all but one are wrong

    std::vector<std::string> doubted =
        {}; // in alphabets that ASCII can switch to, where nobody says so: hardly anybody sees it

    bool guessed = false; // `guesses` has all there are
};

// What raw bytes may be read as. Both are asked where it matters.
struct unlabelled_bytes {
    std::function<std::vector<std::string>()> declared; // the charsets that the message names
    std::function<bool()> may_guess;                    // whether there is time to try all the others
};

field_readings readings_of(std::string_view unfolded, const unlabelled_bytes& raw);

// The charsets that a message names for itself and for the first text in it: programs read raw bytes in its header with them.
std::vector<std::string> declared_charsets(const message& mail);

} // namespace sealgate::policy
