// Which of a classification's tags is a word of a language: the words of the shipped policy are known. A notice names the tag
// that its reader would write.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// The first that is of the language ("de" of "de-AT"), rather one that is of it before others ("confidentiel", not "secret");
// else the first; empty where there is none.
std::string_view tag_in(const std::vector<std::string>& tags, std::string_view language);

// A classification's name, where that is such a word, in the language, where one of its tags is of it; else the name.
std::string_view name_in(std::string_view name, const std::vector<std::string>& tags, std::string_view language);

} // namespace sealgate::policy
