// Texts in JSON. What is read throws boost's own error where it is of another type. Pure.
// Tested by keys/certificates/written_certificate_test, milter/notices/watch_file_test and milter/postfix/queue_entry_test.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/system_error.hpp>

#include <stdexcept>
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

// Whether that line is an object which `take` could read: it throws as above, or std::logic_error.
bool json_line_is_read(std::string_view line, const auto& take) {
    try {
        take(boost::json::parse({line.data(), line.size()}).as_object());
        return true;
    } catch (const boost::system::system_error&) {
    } catch (const std::logic_error&) { // a member is missing, or says what it cannot
    }
    return false;
}

} // namespace sealgate
