// What a DKIM-Signature field says that it signs: RFC 6376 section 3.5. Whether it is right is for others to find out.
//
// A tag list (section 3.2): white space and folds count nowhere, tags that are not known are passed over. A tag that stands
// there twice, one without a value's "=", another version, or one of the tags that are required missing make the field no
// signature. Pure and linear.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct dkim_signature {
    std::string domain;              // d=, in A-labels and lower case
    std::string selector;            // s=
    std::string identity;            // i=, as it is written: dkim-quoted-printable; empty: not said
    std::vector<std::string> fields; // h=, lower case, a name as often as it stands there
    std::string value;               // b=
    bool covers_all_of_body = true;  // no l=

    // How many of the fields of that name it covers, if there are so many.
    std::size_t count_of(std::string_view field_name) const;
};

std::optional<dkim_signature> read_dkim_signature(std::string_view field_value);

} // namespace sealgate::keys
