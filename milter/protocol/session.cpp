#include "milter/protocol/session.hpp"

#include "milter/protocol/payloads.hpp"
#include "milter/protocol/release_name.hpp"
#include "policy/decision/thread.hpp"

#include <utility>

namespace sealgate::milter {

namespace {

std::unexpected<protocol_error> malformed(command letter, std::string_view payload) {
    return std::unexpected(protocol_error{"malformed " + std::string(name_of(letter)) + " frame (" +
                                          std::to_string(payload.size()) +
                                          " bytes of payload): a field is missing, a string lacks its NUL, "
                                          "or bytes are left over"});
}

bool carries_nothing(command letter) {
    switch (letter) {
    case command::data:
    case command::end_of_header:
    case command::abort:
    case command::quit:
    case command::quit_new: return true;
    case command::negotiate:
    case command::macros:
    case command::connect:
    case command::helo:
    case command::mail:
    case command::rcpt:
    case command::header:
    case command::body:
    case command::end_of_body:
    case command::unknown: return false;
    }
    std::unreachable();
}

} // namespace

std::string_view session::description_of(phase now) {
    switch (now) {
    case phase::opening: return "before the negotiation";
    case phase::unconnected: return "before CONNECT";
    case phase::idle: return "outside a transaction";
    case phase::envelope: return "in the envelope";
    case phase::header: return "in the header";
    case phase::body: return "in the body";
    case phase::answering: return "while our answer is due";
    }
    std::unreachable();
}

// HELO in mid-transaction is no error and no end: Postfix reports it first, and sends the ABORT after it.
// MAIL without CONNECT is one: without a client address, outgoing mail would pass for incoming.
bool session::in_order(command letter, phase now) {
    const bool connected = now != phase::opening && now != phase::unconnected && now != phase::answering;
    switch (letter) {
    case command::negotiate: return now == phase::opening;
    case command::connect: return now == phase::unconnected;
    case command::macros: return connected || now == phase::unconnected;
    case command::helo:
    case command::unknown: return connected;
    case command::mail: return now == phase::idle || now == phase::envelope;
    case command::rcpt:
    case command::data: return now == phase::envelope;
    case command::header:
    case command::end_of_header: return now == phase::envelope || now == phase::header;
    case command::body:
    case command::end_of_body: return now == phase::body;
    case command::abort:
    case command::quit_new: return now != phase::opening;
    case command::quit: return true;
    }
    std::unreachable();
}

std::expected<step, protocol_error> session::take(const frame& event) {
    if (!in_order(event.letter, phase_))
        return std::unexpected(protocol_error{std::string(name_of(event.letter)) + " " + std::string(description_of(phase_))});
    if (carries_nothing(event.letter) && !event.payload.empty()) return malformed(event.letter, event.payload);

    if (event.letter == command::negotiate) return negotiate(event.payload);
    if (event.letter == command::end_of_body) return end_message(event.payload);
    if (const auto taken = take_event(event); !taken) return std::unexpected(taken.error());
    if (event.letter == command::quit) return hang_up{};
    if (agreed_.reply_due(event.letter)) return send_bytes{frame_of(reply::proceed)};
    return go_on{};
}

session::result session::take_event(const frame& event) {
    switch (event.letter) {
    case command::macros: return macros_.take(event.payload);
    case command::connect: return connect(event.payload);
    case command::helo: return helo(event.payload);
    case command::unknown:
        if (!read_line(event.payload)) return malformed(event.letter, event.payload);
        return {};
    case command::mail: return mail(event.payload);
    case command::rcpt: return rcpt(event.payload);
    case command::header: return header(event.payload);
    case command::end_of_header: end_header(); return {};
    case command::body: body(event.payload); return {};
    case command::abort: drop_transaction(); return {};
    case command::quit:
    case command::quit_new: disconnect(); return {};
    case command::data: return {};
    case command::negotiate:
    case command::end_of_body: break;
    }
    std::unreachable();
}

std::expected<step, protocol_error> session::negotiate(std::string_view payload) {
    const auto offered = read_offer(payload);
    if (!offered) return std::unexpected(offered.error());
    agreed_ = agree_on(*offered);
    phase_ = phase::unconnected;
    return send_bytes{negotiation_reply(agreed_)};
}

session::result session::connect(std::string_view payload) {
    auto client = read_connect(payload);
    if (!client) return malformed(command::connect, payload);
    client_ = *std::move(client);
    phase_ = phase::idle;
    return {};
}

session::result session::helo(std::string_view payload) {
    const auto name = read_line(payload);
    if (!name) return malformed(command::helo, payload);
    release_token_ = token_in_name(*name);
    return {};
}

session::result session::mail(std::string_view payload) {
    const auto said = read_envelope(payload);
    if (!said) return malformed(command::mail, payload);
    end_release();
    collected_.reset();
    passing_.fields.clear();
    passing_octets_ = 0;
    phase_ = phase::envelope;
    lesson_ = options_.learner && options_.learner->is_on() ? lesson(options_.learner, options_.room) : lesson();

    const auto user = macros_.value(command::mail, "{auth_authen}");
    auto sender = policy::parse_address(said->path);
    // What somebody releases is decided about, whoever they are.
    way_ = release_token_.empty() ? options_.direction_of(client_, user, sender) : direction::outgoing;
    if (!release_token_.empty() && options_.release_begins(release_token_)) claimed_ = release_token_;
    leaves_ = false;
    if (way_ == direction::incoming) return {};
    // smtpd(8) has no queue id before the first recipient; cleanup(8), which speaks for sendmail(1), has one from here on.
    const bool is_local = !macros_.value(command::mail, "i").empty();
    transaction begun{
        .client = client_, .auth_user = std::string(user), .handed_in_locally = is_local, .sender = std::move(sender)};
    begun.release_token = release_token_;
    for (const auto parameter : said->parameters) take_parameter(begun.dsn, parameter);
    const bool is_for_nothing = claimed_.empty() && !release_token_.empty();
    collected_.emplace(std::move(begun), is_for_nothing ? 0 : options_.max_message_size, options_.room);
    return {};
}

session::result session::rcpt(std::string_view payload) {
    const auto said = read_envelope(payload);
    if (!said) return malformed(command::rcpt, payload);
    leaves_ = leaves_ || options_.is_outside(policy::parse_address(said->path));
    if (collected_) collected_->add_recipient(*said);
    return {};
}

// Without `leading_space` the server took one space from behind the colon: it comes back here.
session::result session::header(std::string_view payload) {
    const auto field = read_header(payload);
    if (!field) return malformed(command::header, payload);
    if (phase_ == phase::envelope) end_envelope();
    phase_ = phase::header;
    if (!collected_) {
        add_passing(*field);
        lesson_.add_field(field->name, field->value);
        return {};
    }
    if (agreed_.has(protocol_bit::leading_space))
        collected_->add_field(field->name, field->value);
    else
        collected_->add_field(field->name, ' ' + std::string(field->value));
    return {};
}

// All recipients are known.
void session::end_envelope() {
    if (way_ == direction::by_recipients && !leaves_) collected_.reset();
}

// More than this no program writes.
void session::add_passing(const header_event& field) {
    constexpr std::size_t most_octets = 64 * 1024;
    if (!policy::is_thread_field(field.name)) return;
    passing_octets_ += field.value.size();
    if (passing_octets_ > most_octets) return;
    passing_.fields.push_back({.name = std::string(field.name), .value = std::string(field.value)});
}

void session::end_header() {
    if (phase_ == phase::envelope) end_envelope();
    phase_ = phase::body;
    if (collected_) return collected_->end_header();
    if (!passing_.fields.empty()) options_.thread_seen(passing_);
    lesson_.end_header(macros_.value(command::end_of_header, "j"));
}

void session::body(std::string_view piece) {
    if (collected_)
        collected_->add_body(piece);
    else
        lesson_.add_body(piece);
}

// Sendmail may send the last piece of the body with the end.
std::expected<step, protocol_error> session::end_message(std::string_view last_piece) {
    if (!collected_) {
        if (leaves_) options_.has_passed(client_, macros_.value(command::end_of_body, "i"));
        lesson_.add_body(last_piece);
        lesson_.end_message();
        drop_transaction();
        return send_bytes{frame_of(reply::accept)};
    }
    body(last_piece);
    claimed_.clear();
    message_complete next{.completed = collected_->finish(macros_.value(command::end_of_body, "i"))};
    drop_transaction();
    phase_ = phase::answering;
    return next;
}

std::size_t session::held() const {
    constexpr std::size_t of_any_message = 1024, of_small_envelope = 16 * 1024;
    const auto held = collected_ ? collected_->held() : lesson_.held();
    if (phase_ == phase::header || phase_ == phase::body) return of_any_message + held;
    return held > of_small_envelope ? held : 0;
}

void session::answered() {
    if (phase_ == phase::answering) phase_ = phase::idle;
}

void session::end_release() {
    if (!claimed_.empty()) options_.release_ends(std::exchange(claimed_, {}));
}

// Outside a transaction an ABORT says nothing new: Postfix sends one after every message, sometimes two.
void session::drop_transaction() {
    end_release();
    collected_.reset();
    passing_.fields.clear();
    passing_octets_ = 0;
    lesson_ = lesson();
    macros_.drop_message();
    if (phase_ != phase::unconnected) phase_ = phase::idle;
}

// QUIT_NC keeps the socket and what was agreed on it; everything about the client goes.
void session::disconnect() {
    drop_transaction();
    macros_.drop_all();
    client_ = {};
    release_token_.clear();
    phase_ = phase::unconnected;
}

} // namespace sealgate::milter
