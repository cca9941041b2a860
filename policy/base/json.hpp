// Texts in JSON. What is read throws boost's own error where it is of another type. Pure.
// Tested by keys/certificates/written_certificate_test and milter/notices/ledger_test.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sealgate {

inline boost::json::array json_array(const std::vector<std::string>& texts) {
    return boost::json::array(texts.begin(), texts.end());
}

inline std::string json_text(const boost::json::value& text) { return std::string(std::string_view(text.as_string())); }

inline std::vector<std::string> json_texts(const boost::json::value& list) {
    std::vector<std::string> out;
    for (const auto& one : list.as_array()) out.push_back(json_text(one));
    return out;
}

} // namespace sealgate
