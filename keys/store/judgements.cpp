#include "keys/store/judgements.hpp"

#include "keys/base/files.hpp"
#include "keys/certificates/written_certificate.hpp"
#include "policy/base/digest.hpp"

#include <algorithm>
#include <cstdint>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace sealgate::keys {

namespace {

// `sum` is over all else: nobody else notices what a crash made of a row.
constexpr const char* form =
    "CREATE TABLE IF NOT EXISTS judged (fingerprint TEXT, judge TEXT, digest TEXT NOT NULL, judged_at INTEGER,"
    " read_again INTEGER, certificate TEXT NOT NULL, sum TEXT NOT NULL,"
    " PRIMARY KEY (fingerprint, judge)) WITHOUT ROWID";
constexpr const char* look_up =
    "SELECT digest, judged_at, read_again, certificate, sum FROM judged WHERE fingerprint = ? AND judge = ?";
constexpr const char* put_in = "INSERT OR REPLACE INTO judged VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr const char* forget_old = "DELETE FROM judged WHERE judge <> ? AND judged_at < ?";
constexpr std::chrono::days kept_for_others{30}; // commands that know no policy are another judge

std::int64_t seconds(const std::optional<time_point>& time) {
    return time.value_or(time_point::max()).time_since_epoch().count();
}

std::string sum_of(std::string_view judge, std::string_view digest, std::int64_t at, std::int64_t again,
                   std::string_view certificate) {
    std::string all;
    for (const auto& part : {std::string(judge), std::string(digest), std::to_string(at), std::to_string(again)})
        all += part + ' ';
    return sha256_hex(all.append(certificate));
}

// One that is refused may be refused for want of memory; the others are few.
bool is_settled(const certificate& cert) {
    return !cert.invalid && !cert.addressing_only && std::ranges::none_of(cert.subkeys, &subkey::refused);
}

// Root would follow where the owner of the directory leads, and what it makes would be root's.
bool may_be_written(const std::filesystem::path& file) {
    struct stat directory {};
    return ::stat(file.parent_path().c_str(), &directory) == 0 && directory.st_uid == ::geteuid();
}

bool may_be_read(const std::filesystem::path& file) {
    struct stat found {};
    return ::lstat(file.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

void forget_but(sqlite_database& in, const std::vector<std::string>& fingerprints) {
    std::vector<std::string> others;
    for (auto all = in.prepare("SELECT DISTINCT fingerprint FROM judged"); all.step();)
        if (!std::ranges::binary_search(fingerprints, all.text(0))) others.emplace_back(all.text(0));
    auto remove = in.prepare("DELETE FROM judged WHERE fingerprint = ?");
    for (const auto& one : others) {
        remove.bind(1, one).step();
        remove.reset();
    }
}

// What a crash breaks is made again; a name that is removed is gone.
void prepare_to_write(sqlite_database& database) {
    database.run("PRAGMA synchronous = OFF; PRAGMA secure_delete = ON; BEGIN IMMEDIATE");
}

} // namespace

judgements::judgements(std::filesystem::path file, const std::string& judge)
    : file_(std::move(file))
    , judge_(sha256_hex(judge)) {
    open();
}

void judgements::open() {
    look_.reset();
    database_.reset();
    if (!may_be_read(file_)) return;
    try {
        database_.emplace(file_, sqlite_database::access::read);
        look_.emplace(database_->prepare(look_up));
    } catch (const sqlite_error&) {
        look_.reset();
        database_.reset();
    }
}

std::optional<stored_certificate> judgements::find(const std::string& fingerprint, const std::string& octets, time_point now) {
    if (!look_) return std::nullopt;
    std::optional<stored_certificate> out;
    try {
        out = found(fingerprint, octets, now);
    } catch (const sqlite_error&) { // another one may be found
    }
    look_->reset();
    return out;
}

std::optional<stored_certificate> judgements::found(const std::string& fingerprint, const std::string& octets, time_point now) {
    if (!look_->bind(1, fingerprint).bind(2, judge_).step()) return std::nullopt;
    const auto digest = look_->text(0), json = look_->text(3);
    const auto at = look_->number(1), again = look_->number(2);
    if (at > seconds(now) || again <= seconds(now) || digest != sha256_hex(octets)) return std::nullopt;
    if (look_->text(4) != sum_of(judge_, digest, at, again, json)) return std::nullopt;
    auto cert = certificate_in_json(json);
    if (!cert || cert->fingerprint != fingerprint) return std::nullopt;
    return stored_certificate{.cert = *std::move(cert),
                              .binary = std::make_shared<const std::string>(octets),
                              .read_again =
                                  again == seconds({}) ? std::nullopt : std::optional(time_point(std::chrono::seconds(again)))};
}

void judgements::keep(std::span<const stored_certificate> judged, const std::vector<std::string>& fingerprints, time_point at) {
    look_.reset();
    database_.reset();
    if (may_be_written(file_) && !write(judged, fingerprints, at)) {
        std::error_code ignored;
        std::filesystem::remove(file_, ignored);
        write(judged, fingerprints, at);
    }
    open();
}

// False where the file is broken.
bool judgements::write(std::span<const stored_certificate> judged, const std::vector<std::string>& fingerprints,
                       time_point at) const {
    try {
        open_file(file_, O_RDWR | O_CREAT | O_NOFOLLOW); // private from the first moment
        sqlite_database database(file_, sqlite_database::access::write);
        prepare_to_write(database);
        database.run(form);
        insert(database, judged, at);
        forget_but(database, fingerprints);
        database.prepare(forget_old).bind(1, judge_).bind(2, seconds(at - kept_for_others)).step();
        database.run("COMMIT");
        return true;
    } catch (const sqlite_error& problem) {
        return !problem.broken;
    } catch (const std::system_error&) {
        return true;
    }
}

void judgements::insert(sqlite_database& into, std::span<const stored_certificate> judged, time_point at) const {
    auto statement = into.prepare(put_in);
    for (const auto& one : judged) {
        if (!is_settled(one.cert)) continue;
        const auto digest = sha256_hex(*one.binary), certificate = as_json(one.cert);
        const auto again = seconds(one.read_again);
        const auto sum = sum_of(judge_, digest, seconds(at), again, certificate);
        statement.bind(1, one.cert.fingerprint).bind(2, judge_).bind(3, digest).bind(4, seconds(at)).bind(5, again);
        statement.bind(6, certificate).bind(7, sum).step();
        statement.reset();
    }
}

void forget_judgements_but(const std::filesystem::path& file, const std::vector<std::string>& fingerprints) {
    if (!may_be_read(file) || !may_be_written(file)) return;
    try {
        sqlite_database database(file, sqlite_database::access::write);
        prepare_to_write(database);
        forget_but(database, fingerprints);
        database.run("COMMIT");
    } catch (const sqlite_error&) { // the next one that is judged makes them go
    }
}

} // namespace sealgate::keys
