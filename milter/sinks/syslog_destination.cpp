#include "milter/sinks/syslog_destination.hpp"

#include "keys/base/files.hpp"
#include "milter/base/own_host_name.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds syslog_patience{30};
constexpr std::chrono::minutes sure_after{10};
constexpr std::size_t most_unsure_records = 20'000; // what the buffers at both ends hold
constexpr std::string_view device = "/dev/log";     // what listens there reads no RFC 5424

std::filesystem::path position_file(const std::filesystem::path& directory, const syslog_url& to) {
    return directory / (sha256_hex(to.shown).substr(0, 16) + ".position");
}

// "SEQ HASH". Without a file, or with a damaged one, the log is sent from its beginning.
policy::chain_end position_in(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) return {};
    const auto content = keys::read_file(file);
    const auto words = text::split(text::trim(content), ' ');
    constexpr std::size_t hash_length = 64;
    const auto number = text::whole_number<std::uint64_t>(words[0]);
    if (words.size() != 2 || !number || words[1].size() != hash_length) return {};
    return {.last_seq = *number, .last_hash = std::string(words[1])};
}

} // namespace

syslog_progress::syslog_progress(const std::filesystem::path& directory, const syslog_url& to)
    : file_(position_file(directory, to)) {
    keys::make_private_directory(directory);
    sure_ = kept_ = position_in(file_);
}

// What is sent again is as old as it was.
void syslog_progress::note_sent(policy::chain_end end) {
    const auto again = std::ranges::find_if(unsure_, [&](const sent& one) { return one.end.last_seq >= end.last_seq; });
    if (again == unsure_.end())
        unsure_.push_back({.end = std::move(end), .when = steady_clock::now()});
    else if (again->end.last_seq > end.last_seq)
        unsure_.insert(again, {.end = std::move(end), .when = again->when});
    else
        again->end = std::move(end);
}

void syslog_progress::note_arrived(std::uint64_t last) {
    const auto now = steady_clock::now();
    const auto is_sure = [&](const sent& one) {
        return one.end.last_seq <= last && (one.when + sure_after < now || one.end.last_seq + most_unsure_records <= last);
    };
    for (; !unsure_.empty() && is_sure(unsure_.front()); unsure_.pop_front()) sure_ = unsure_.front().end;
}

void syslog_progress::note_read(const policy::chain_end& end) {
    while (!unsure_.empty() && unsure_.front().end.last_seq <= end.last_seq) unsure_.pop_front();
    sure_ = end;
}

void syslog_progress::keep() {
    if (sure_ == kept_) return;
    keys::replace_file(file_, std::to_string(sure_.last_seq) + " " + sure_.last_hash + "\n");
    kept_ = sure_;
}

syslog_destination::syslog_destination(const syslog_url& to, const std::string& gateway, syslog_progress& progress, int stop)
    : progress_(progress)
    , origin_{.host = own_host_name(), .gateway = gateway, .process = ::getpid()}
    , form_(to.path == device ? policy::syslog_form::rfc3164 : policy::syslog_form::rfc5424)
    , way_(syslog_transport::open(to, stop, syslog_patience)) {}

syslog_destination::~syslog_destination() {
    try {
        progress_.keep();
    } catch (const std::system_error&) { // it is sent again
    }
}

void syslog_destination::append(record_batch some) {
    std::vector<std::string> lines;
    for (const auto& one : some.records()) lines.push_back(policy::syslog_line(one.at, one.line, origin_, form_));
    way_->send(lines);
    last_ = some.end();
    progress_.note_sent(last_);
}

bool syslog_destination::look() {
    if (way_->look()) progress_.note_arrived(last());
    progress_.keep();
    return false;
}

void syslog_destination::finish() {
    if (way_->finish() && last_.last_seq > 0) progress_.note_read(last_);
}

} // namespace sealgate::milter
