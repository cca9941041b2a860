// Where the audit log goes beside the local one (contract.md section 3, audit.sinks): a PostgreSQL, as libpq's
// URLs name it, or a syslog.
// Tested by settings/sink_url_test.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

namespace sealgate::milter {

// The errors are what is wrong, in one phrase.

struct database_url {
    std::string url;   // as libpq takes it
    std::string shown; // for people: which host and which database
    bool operator==(const database_url&) const = default;
};

// Refused are passwords, which everybody could read there, and a host on the network whose name and certificate are not held
// against each other: sslmode=prefer, libpq's own choice, would go on in clear.
std::expected<database_url, std::string> parse_database(std::string_view text);

// syslog:unix:PATH, syslog:tcp:HOST:PORT, syslog:tls:HOST:PORT; of TLS also ?ca=FILE&certificate=FILE&key=FILE.
struct syslog_url {
    enum class way : std::uint8_t { local, tcp, tls };

    way by = way::local;
    std::string path = {};            // of a local socket
    std::string host = {}, port = {}; // of the others
    std::string ca = {};              // the authority that vouches for the host; empty: those of the system
    std::string certificate = {};     // of the gateway; empty: none is shown
    std::string key = {};             // of that certificate
    std::string shown = {};           // for people
    bool operator==(const syslog_url&) const = default;
};

std::expected<syslog_url, std::string> parse_syslog(std::string_view text);

using sink_url = std::variant<database_url, syslog_url>;

std::expected<sink_url, std::string> parse_sink(std::string_view text);

// For people.
const std::string& shown(const sink_url& sink);

} // namespace sealgate::milter
