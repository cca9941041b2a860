// The frames of the milter protocol, as libmilter and Postfix speak it (versions 2 to 6).
//
//     frame = u32 length (letter and payload, so at least 1), letter, payload; integers are big endian
//
// Refuses a length of 0, a length past `longest_frame` (seen from its four octets, before anything is kept)
// and a letter that no command has. A peer that is no milter client (HTTP, TLS, a lost counterpart) is
// refused at its first bytes. Errors: protocol_error, one printable line. It never quotes what a mail says.
// Units: octets. Ownership: a frame is a view; see frame_reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::milter {

// From the mail server to us.
enum class command : char {
    negotiate = 'O',     // SMFIC_OPTNEG
    macros = 'D',        // SMFIC_MACRO
    connect = 'C',       // SMFIC_CONNECT
    helo = 'H',          // SMFIC_HELO
    mail = 'M',          // SMFIC_MAIL
    rcpt = 'R',          // SMFIC_RCPT
    data = 'T',          // SMFIC_DATA
    header = 'L',        // SMFIC_HEADER
    end_of_header = 'N', // SMFIC_EOH
    body = 'B',          // SMFIC_BODY
    end_of_body = 'E',   // SMFIC_BODYEOB
    unknown = 'U',       // SMFIC_UNKNOWN: an SMTP command the server does not know
    abort = 'A',         // SMFIC_ABORT
    quit = 'Q',          // SMFIC_QUIT
    quit_new = 'K',      // SMFIC_QUIT_NC: quit, and a new connection follows on the same socket
};

// From us to the mail server: those that we send.
enum class reply : char {
    negotiate = 'O',        // SMFIC_OPTNEG
    proceed = 'c',          // SMFIR_CONTINUE
    accept = 'a',           // SMFIR_ACCEPT
    discard = 'd',          // SMFIR_DISCARD
    reject = 'r',           // SMFIR_REJECT
    tempfail = 't',         // SMFIR_TEMPFAIL
    reply_code = 'y',       // SMFIR_REPLYCODE
    progress = 'p',         // SMFIR_PROGRESS
    quarantine = 'q',       // SMFIR_QUARANTINE
    add_header = 'h',       // SMFIR_ADDHEADER
    insert_header = 'i',    // SMFIR_INSHEADER
    change_header = 'm',    // SMFIR_CHGHEADER
    replace_body = 'b',     // SMFIR_REPLBODY
    add_recipient = '+',    // SMFIR_ADDRCPT
    delete_recipient = '-', // SMFIR_DELRCPT
};

inline constexpr std::size_t longest_frame = 1024 * 1024; // Sendmail's largest body piece (SMFIP_MDS_1M) and its letter
inline constexpr std::size_t longest_piece = 65535;       // MILTER_MAX_DATA_SIZE: the most payload that we send

struct protocol_error {
    std::string what;
    bool operator==(const protocol_error&) const = default;
};

struct frame {
    command letter;
    std::string_view payload;
};

std::optional<command> command_of(char letter);

// "RCPT", "HEADER": for error lines.
std::string_view name_of(command);

// Cuts a stream into frames, whatever pieces it comes in. A frame that lies whole in its chunk is a view into
// the chunk; only a frame that spans chunks is copied, once.
//
// Feed a chunk, then call next() until it says "no more" before feeding the next one or letting the chunk go.
// A frame lives until the following call. After an error the stream has no meaning, and next() repeats the
// error.
class frame_reader {
public:
    void feed(std::string_view chunk);
    std::expected<std::optional<frame>, protocol_error> next();

    // Bytes of a frame whose end has not come: at the end of the stream, a peer that left in mid-sentence.
    std::size_t pending() const { return partial_is_read_ ? 0 : partial_.size(); }

private:
    void gather(std::size_t size);

    std::string partial_;          // the beginning of a frame that spans chunks
    bool partial_is_read_ = false; // partial_ is the frame handed out last
    std::string_view chunk_;       // what is not read yet of the chunk
    std::optional<protocol_error> failed_;
};

// The octets in front of a payload of that size.
std::string frame_head(reply letter, std::size_t payload);
void append_frame(std::string& out, reply letter, std::string_view payload = {});
std::string frame_of(reply letter, std::string_view payload = {});

} // namespace sealgate::milter
