// SMTP (RFC 5321) as octets: the server's replies out of what it sends, and a message made ready for DATA. Replies are bounded
// and read strictly. Pure. Tested by outbox/smtp_client_test.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

struct server_reply {
    unsigned code = 0;
    std::vector<std::string> lines; // without the code, as they came

    unsigned kind() const { return code / 100; }
    std::string printable() const; // "250 2.0.0 Ok: queued as 4XyZ", one line
};

// RFC 5321 section 4.2: bytes in, replies out.
class reply_reader {
public:
    static constexpr std::size_t longest_line = 2048; // the standard says 512 with the line end
    static constexpr std::size_t most_lines = 128;

    void feed(std::string_view bytes) { unread_ += bytes; }
    // A whole reply, nothing yet, or what is wrong with it.
    std::expected<std::optional<server_reply>, std::string> next();
    bool has_unread() const { return !unread_.empty(); }

private:
    std::string unread_;
    server_reply reading_;
};

// RFC 5321 section 4.5.2. A lone LF becomes CRLF: many servers take it for a line end, and a dot behind it
// for the message's.
class dot_stuffer {
public:
    std::string take(std::string_view piece);
    // What is missing at the last line's end.
    std::string end() const;

private:
    char last_ = '\n';
};

} // namespace sealgate::milter
