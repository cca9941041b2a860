#include "keys/store/catalogue.hpp"

#include "keys/store/listing.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::size_t most_remembered = 1000; // addresses; a certificate takes some 10 KiB

} // namespace

struct catalogue::shared_index {
    explicit shared_index(certificate_index own)
        : index(std::move(own)) {}

    std::mutex mutex; // for all of it
    certificate_index index;
    std::unordered_map<std::string, std::vector<shared_certificate>> found; // by address or fingerprint
};

catalogue::catalogue(certificate_index index, policy::key_minimum minimum, key_doubts doubts, places where)
    : minimum_(minimum)
    , doubts_(std::move(doubts))
    , places_(std::move(where))
    , index_(std::make_unique<shared_index>(std::move(index)))
    , state_(index_->index.state()) {}

catalogue::~catalogue() = default;

stored_certificate catalogue::marked(stored_certificate stored) const {
    mark_weak(stored.cert, minimum_);
    return stored;
}

// Whoever looked at it last may have had another clock.
bool catalogue::is_as_indexed(const std::string& fingerprint) const {
    if (places_.files.empty()) return true;
    const auto file = index_->index.file_of(fingerprint);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (!file || file->judged_at > now || file->read_again <= now) return false;
    return file->stamp.empty() || file->stamp == stamp_of(certificate_file(places_.files, fingerprint));
}

// A broken one is made anew by the next who looks for it.
void catalogue::give_up(const sqlite_error& problem) const {
    std::error_code ignored;
    if (problem.trouble == sqlite_trouble::broken && !has_own_index() && index_may_be_written(places_.index))
        std::filesystem::remove(places_.index, ignored);
}

// An index that cannot be read leaves a doubt, and so does a certificate that has changed.
template <class Look>
key_lookup::candidates catalogue::looked_up(std::string_view key, Look look) const {
    const std::scoped_lock lock(index_->mutex);
    std::string wanted(key);
    if (const auto known = index_->found.find(wanted); known != index_->found.end()) return {.all = known->second};
    candidates out;
    try {
        for (auto& stored : look()) {
            if (is_as_indexed(stored.cert.fingerprint))
                out.all.push_back(std::make_shared<const stored_certificate>(marked(std::move(stored))));
            else
                out.in_doubt = true;
        }
    } catch (const sqlite_error& problem) {
        give_up(problem);
        return {.all = {}, .in_doubt = true};
    }
    if (out.in_doubt) return out;
    if (index_->found.size() >= most_remembered) index_->found.clear();
    index_->found.emplace(std::move(wanted), out.all);
    return out;
}

key_lookup::candidates catalogue::naming(std::string_view address_key) const {
    auto out = looked_up(address_key, [&] { return index_->index.naming(address_key); });
    out.in_doubt =
        out.in_doubt || doubts_.of_all || std::ranges::find(doubts_.addresses, address_key) != doubts_.addresses.end();
    return out;
}

key_lookup::candidates catalogue::of_fingerprint(std::string_view fingerprint) const {
    return looked_up(fingerprint, [&] {
        std::vector<stored_certificate> out;
        if (auto one = index_->index.find(fingerprint)) out.push_back(*std::move(one));
        return out;
    });
}

void catalogue::each(const std::function<void(const stored_certificate&)>& take) const {
    const std::scoped_lock lock(index_->mutex);
    index_->index.each([&](stored_certificate stored) { take(marked(std::move(stored))); });
}

std::vector<stored_certificate> catalogue::ending_by(time_point end) const {
    const std::scoped_lock lock(index_->mutex);
    auto out = index_->index.ending_by(end);
    for (auto& stored : out) mark_weak(stored.cert, minimum_);
    return out;
}

policy::certificate_changes catalogue::changes_since(const catalogue& before) const {
    if (state_.serial == before.state_.serial) return {};
    const std::scoped_lock lock(index_->mutex);
    return index_->index.changes_between(before.state_.serial, state_.serial);
}

certificate_index catalogue::copy_of_index() const {
    const std::scoped_lock lock(index_->mutex);
    return certificate_index::copy_of(index_->index);
}

} // namespace sealgate::keys
