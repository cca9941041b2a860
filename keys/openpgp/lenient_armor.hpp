// ASCII armor (RFC 9580 section 6.2) as it comes out of mail programs, web pages and word processors: what
// keys/openpgp/armor.hpp, which judges other people's mail, refuses to read.
//
// Passed over: text around a block, white space and no-break spaces anywhere, quotation marks (">") and dash escapes before
// lines, a missing empty line above the data, a missing end line, and a checksum that is not there or badly written. One that
// stands there and does not fit is told: data that were damaged may lack a revocation, and no signature says so. (RFC 9580
// section 6.1 has readers pass over it for what carries a proof of all its octets; a certificate does not.) Pure and linear.
// Tested by certificates/key_file_test.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct lenient_block {
    std::string label; // "PGP PUBLIC KEY BLOCK"
    std::string data;
    bool fits_checksum = true; // or has none
};

std::vector<lenient_block> read_lenient_armor(std::string_view text);

// A text in UTF-16, as some editors and PowerShell save it, or in UTF-8 with a byte order mark, as ASCII: what is not ASCII is
// left out. Other data stay as they are.
std::string as_ascii_text(std::string_view file);

} // namespace sealgate::keys
