// What the handbook says: the policy in force in the words of its readers, before it has a form. Text from the policy stands in
// it as it is; each form escapes. Tested by handbook/handbook_test.
#pragma once

#include "policy/rules/policy.hpp"
#include "policy/texts/catalogue.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sealgate::policy {

struct handbook {
    struct tag_row {
        std::string name;   // the classification's, in the language
        std::string tag;    // as it is written; the name where it has none
        std::string means;  // or empty
        std::string others; // further tags, or empty
    };
    // Rows of the matrix that are alike stand together.
    struct destination {
        std::vector<std::string> tiers;
        std::vector<action> by_tag; // in the order of `tags`
    };
    struct service_row {
        std::string rating, means, examples; // means may be empty
    };
    struct rung {
        std::string name;
        std::vector<std::pair<std::string, std::string>> ways; // "Messages", "Signal, Jitsi"
    };

    const language_texts& words;
    std::string title;
    phrases intro;
    std::vector<tag_row> tags;
    std::vector<phrases> tag_notes;
    phrases how;
    std::string example;                                 // a Subject; empty where tags do not stand in it
    std::vector<std::pair<std::string, phrases>> how_in; // program, what to do there
    std::vector<destination> matrix;
    std::vector<std::pair<action, phrases>> actions; // those that the matrix has, and what they mean
    std::vector<service_row> services;
    std::vector<rung> rungs; // the safest first
    std::vector<phrases> readers;
    std::vector<phrases> ask;
    phrases made;
};

// `words` outlives it. `version`: of the program.
handbook handbook_of(const policy& rules, const language_texts& words, std::string_view version);

} // namespace sealgate::policy
