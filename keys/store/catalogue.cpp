#include "keys/store/catalogue.hpp"

#include "keys/base/clock.hpp"
#include "keys/base/files.hpp"
#include "keys/store/listing.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <sys/stat.h>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::size_t most_remembered = 1000; // addresses; a certificate takes some 10 KiB
constexpr std::chrono::seconds pause_where_busy{1};

ino_t inode_of(const std::filesystem::path& file) {
    struct stat found {};
    return !file.empty() && ::lstat(file.c_str(), &found) == 0 ? found.st_ino : 0;
}

} // namespace

struct catalogue::shared_index {
    explicit shared_index(certificate_index own)
        : index(std::move(own)) {}

    std::mutex mutex; // for all of it
    certificate_index index;
    std::unordered_map<std::string, std::vector<shared_certificate>> found; // by address or fingerprint
    std::chrono::steady_clock::time_point busy_until = {};
    bool given_up = false;
};

catalogue::catalogue(certificate_index index, policy::key_minimum minimum, store_findings findings, places where,
                     policy::key_source source)
    : minimum_(minimum)
    , findings_(std::move(findings))
    , places_(std::move(where))
    , source_(source)
    , index_(std::make_unique<shared_index>(std::move(index)))
    , state_(index_->index.state())
    , inode_(inode_of(places_.index)) {}

catalogue::~catalogue() = default;

bool catalogue::is_listed(const std::string& fingerprint) const {
    return !places_.listing || std::ranges::binary_search(places_.listing->fingerprints, fingerprint);
}

stored_certificate catalogue::marked(stored_certificate stored) const {
    mark_weak(stored.cert, minimum_);
    stored.source = source_;
    if (places_.listing) stored.cert.disabled = std::ranges::binary_search(places_.listing->disabled, stored.cert.fingerprint);
    return stored;
}

// Whoever looked at it last may have had another clock. A file that was touched, and has the same octets, is no other.
bool catalogue::is_as_indexed(const std::string& fingerprint) const {
    if (places_.files.empty()) return true;
    const auto row = index_->index.file_of(fingerprint);
    const auto now = this_second();
    if (!row || row->judged_at > now || row->read_again <= now) return false;
    const auto file = certificate_file(places_.files, fingerprint);
    if (row->stamp.empty() || row->stamp == stamp_of(file)) return true;
    try {
        return sha256_hex(read_file(file, largest_certificate)) == row->digest;
    } catch (const std::system_error&) {
        return false;
    }
}

// A broken one is made anew by the next who looks for it. Perhaps somebody has done so already.
void catalogue::give_up(const sqlite_error& problem) const {
    if (problem.trouble == sqlite_trouble::busy) index_->busy_until = std::chrono::steady_clock::now() + pause_where_busy;
    if (problem.trouble != sqlite_trouble::broken || has_own_index() || std::exchange(index_->given_up, true)) return;
    std::error_code ignored;
    if (index_may_be_written(places_.index) && inode_of(places_.index) == inode_)
        std::filesystem::remove(places_.index, ignored);
}

// An index that cannot be read leaves a doubt, and so does a certificate that has changed.
template <class Look>
key_lookup::candidates catalogue::looked_up(std::string_view key, Look look) const {
    const std::scoped_lock lock(index_->mutex);
    std::string wanted(key);
    if (const auto known = index_->found.find(wanted); known != index_->found.end()) return {.all = known->second};
    candidates out;
    if (std::chrono::steady_clock::now() < index_->busy_until) return {.all = {}, .in_doubt = true, .uncertain = true};
    try {
        for (auto& stored : look()) {
            if (!is_listed(stored.cert.fingerprint)) continue;
            out.uncertain = out.uncertain || !is_as_indexed(stored.cert.fingerprint);
            out.all.push_back(std::make_shared<const stored_certificate>(marked(std::move(stored))));
        }
    } catch (const sqlite_error& problem) {
        give_up(problem);
        return {.all = {}, .in_doubt = true, .uncertain = true};
    }
    if (out.uncertain) return out;
    if (index_->found.size() >= most_remembered) index_->found.clear();
    index_->found.emplace(std::move(wanted), out.all);
    return out;
}

key_lookup::candidates catalogue::naming(std::string_view address_key) const {
    auto out = looked_up(address_key, [&] { return index_->index.naming(address_key, state_.serial); });
    const auto& doubts = findings_.doubts;
    out.in_doubt = out.in_doubt || doubts.of_all || std::ranges::find(doubts.addresses, address_key) != doubts.addresses.end();
    return out;
}

key_lookup::candidates catalogue::of_fingerprint(std::string_view fingerprint) const {
    return looked_up(fingerprint, [&] {
        std::vector<stored_certificate> out;
        if (auto one = index_->index.find(fingerprint, state_.serial)) out.push_back(*std::move(one));
        return out;
    });
}

void catalogue::each(const std::function<void(const stored_certificate&)>& take) const {
    const std::scoped_lock lock(index_->mutex);
    index_->index.each([&](stored_certificate stored) { take(marked(std::move(stored))); });
}

// Mail does not wait for it, where the index is in a file.
std::vector<certificate> catalogue::ending_by(time_point end) const {
    std::vector<certificate> out;
    if (auto apart = has_own_index() ? std::nullopt : certificate_index::open(places_.index)) {
        out = apart->ending_by(end);
    } else {
        const std::scoped_lock lock(index_->mutex);
        out = index_->index.ending_by(end);
    }
    for (auto& cert : out) mark_weak(cert, minimum_);
    return out;
}

std::map<std::string, std::string> catalogue::contents() const {
    const std::scoped_lock lock(index_->mutex);
    std::map<std::string, std::string> out;
    index_->index.each_file(
        [&](const indexed_file& row) { out.emplace(row.fingerprint, row.digest + (row.disabled ? "-" : "")); });
    return out;
}

// An index that was made anew, or by a clock that was set back, does not go on from the one before.
policy::certificate_changes catalogue::changes_since(const catalogue& before) const {
    if (state_.id == before.state_.id && state_.serial >= before.state_.serial) {
        const std::scoped_lock lock(index_->mutex);
        return index_->index.changes_between(before.state_.serial, state_.serial);
    }
    policy::certificate_changes out;
    auto gone = before.contents();
    for (const auto& [fingerprint, what] : contents()) {
        const auto old = gone.find(fingerprint);
        if (old == gone.end())
            out.added.push_back(fingerprint);
        else if (old->second != what)
            out.changed.push_back(fingerprint);
        if (old != gone.end()) gone.erase(old);
    }
    for (const auto& [fingerprint, what] : gone) out.removed.push_back(fingerprint);
    return out;
}

bool catalogue::is_same_as(const catalogue& other) const {
    return state_.id == other.state_.id && state_.serial == other.state_.serial && state_.digest == other.state_.digest &&
           !places_.listing && !other.places_.listing;
}

certificate_index catalogue::copy_of_index() const {
    const std::scoped_lock lock(index_->mutex);
    return certificate_index::copy_of(index_->index);
}

} // namespace sealgate::keys
