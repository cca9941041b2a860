// Files of texts (policy/texts/*.yaml is two of them) -> texts by language, with every error listed at once.
//
// A file is named LANGUAGE.yaml. One for a language that ships with the program replaces single texts of it; one for
// another language must have them all. Errors: a text or a place in it that nobody knows, a place that a text must have, a
// text that a new language lacks; and all that yaml.hpp refuses.
// Tested by texts/catalogue_test.
#pragma once

#include "policy/base/yaml.hpp"
#include "policy/load/policy.hpp"
#include "policy/load/tiers.hpp"
#include "policy/rules/tiers.hpp"
#include "policy/texts/catalogue.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// The languages that ship, as they are: the one to fall back to first.
const std::vector<language_texts>& shipped_languages();

// Reads one file into the languages. `tiers`: whose names the texts tier-NAME may have.
void load_language(std::string_view tag, std::string_view yaml, yaml::error_sink& errors, const tier_table& tiers,
                   std::vector<language_texts>& into);

// The files of a directory, in the order of their names. `named`: what the policy calls it, or null: the directory "texts"
// beside the policy, if there is one.
void load_texts(const yaml::node* named, yaml::error_sink& errors, const include_context& includes,
                const directory_reader& list, const tier_table& tiers, std::vector<language_texts>& into);

} // namespace sealgate::policy
