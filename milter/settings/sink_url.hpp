// Where the audit log goes beside the local one (contract.md section 3, audit.sinks): a PostgreSQL, as libpq's URLs name it.
// Tested by settings/sink_url_test.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace sealgate::milter {

struct sink_url {
    std::string url;   // as libpq takes it
    std::string shown; // for people: which host and which database
    bool operator==(const sink_url&) const = default;
};

// The error is what is wrong, in one phrase. Refused are passwords, which everybody could read there, and a host on the network
// whose name and certificate are not held against each other: sslmode=prefer, libpq's own choice, would go on in clear.
std::expected<sink_url, std::string> parse_sink(std::string_view text);

} // namespace sealgate::milter
