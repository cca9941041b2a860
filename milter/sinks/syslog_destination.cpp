#include "milter/sinks/syslog_destination.hpp"

#include "keys/base/files.hpp"
#include "milter/base/own_host_name.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"

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

syslog_destination::syslog_destination(const syslog_url& to, const std::string& gateway, const std::filesystem::path& directory,
                                       int stop)
    : file_(position_file(directory, to))
    , origin_{.host = own_host_name(), .gateway = gateway, .process = ::getpid()}
    , form_(to.path == device ? policy::syslog_form::rfc3164 : policy::syslog_form::rfc5424)
    , sure_(position_in(file_))
    , noted_(sure_) {
    keys::make_private_directory(directory);
    way_ = syslog_transport::open(to, stop, syslog_patience);
}

// What became sure since it was noted is not sent again.
syslog_destination::~syslog_destination() {
    try {
        note();
    } catch (const std::system_error&) { // it is sent again
    }
}

void syslog_destination::append(const record_batch& some) {
    std::vector<std::string> lines;
    for (const auto& one : some.records()) lines.push_back(policy::syslog_line(one.at, one.line, origin_, form_));
    way_->send(lines);
    unsure_.push_back({.end = some.end(), .when = steady_clock::now()});
}

bool syslog_destination::look(std::uint64_t last) {
    way_->look();
    const auto now = steady_clock::now();
    while (!unsure_.empty() &&
           (unsure_.front().when + sure_after < now || unsure_.front().end.last_seq + most_unsure_records <= last)) {
        sure_ = std::move(unsure_.front().end);
        unsure_.pop_front();
    }
    note();
    return false;
}

void syslog_destination::finish() {
    if (unsure_.empty() || !way_->finish()) return;
    sure_ = unsure_.back().end;
}

void syslog_destination::note() {
    if (sure_ == noted_) return;
    keys::replace_file(file_, std::to_string(sure_.last_seq) + " " + sure_.last_hash + "\n");
    noted_ = sure_;
}

} // namespace sealgate::milter
