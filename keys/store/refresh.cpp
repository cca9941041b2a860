#include "keys/store/refresh.hpp"

#include "keys/base/clock.hpp"
#include "keys/base/files.hpp"
#include "keys/certificates/transferable_key.hpp"
#include "keys/certificates/unproved.hpp"
#include "keys/store/stored_files.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <fcntl.h>
#include <iterator>
#include <optional>
#include <span>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace sealgate::keys {

namespace {

// A file that is not used, and whose mail has to wait for it.
void add_unused(store_findings& to, const std::string& fingerprint, const std::string& problem,
                std::optional<std::string_view> content) {
    const bool may_be_anybodys = !content || may_lack_user_ids(*content);
    to.problems.push_back(fingerprint + ".pgp is not used: " + problem +
                          (may_be_anybodys ? "; it may be anybody's, so mail to whoever has no other key waits" : ""));
    if (may_be_anybodys)
        to.doubts.of_all = true;
    else
        std::ranges::move(addresses_in(*content), std::back_inserter(to.doubts.addresses));
}

void add_doubts(store_findings& to, certificate_index& index, time_point now) {
    for (const auto& stored : index.unsettled())
        if (const auto doubt = doubt_about(stored.cert, now); !doubt.empty())
            add_unused(to, stored.cert.fingerprint, doubt, *stored.binary);
}

// One run over the files of a store.
class refreshing {
public:
    refreshing(certificate_index& index, const std::filesystem::path& directory, const store_listing& found,
               const gpg_options& gpg, reading what)
        : index_(index)
        , directory_(directory)
        , found_(found)
        , gpg_(gpg)
        , what_(what)
        , before_(index.state()) {
        if (what != reading::what_changed || before_.judge.empty()) judge_ = judge_of(gpg);
    }

    store_findings run() {
        compare();
        constexpr auto together = certificate_index::most_together;
        for (std::size_t at = 0; at < to_read_.size(); at += together)
            read(std::span(to_read_).subspan(at, std::min(together, to_read_.size() - at)));
        finish();
        add_doubts(out_, index_, now_);
        std::ranges::sort(out_.problems);
        return std::move(out_);
    }

private:
    using stamped = std::vector<std::pair<std::string, std::string>>; // fingerprint and stamp, by fingerprint

    bool is_disabled(const std::string& fingerprint) const { return std::ranges::binary_search(found_.disabled, fingerprint); }

    // gpg has to be asked, whatever the octets are.
    bool is_stale(const indexed_file& row) const {
        const bool is_judged_by_another = what_ != reading::what_changed && judge_ != before_.judge;
        return is_judged_by_another || row.judged_at > now_ || row.read_again <= now_ ||
               (what_ == reading::all && !row.settled);
    }

    void compare() {
        auto next = found_.fingerprints.begin();
        const auto end = found_.fingerprints.end();
        index_.each_file([&](const indexed_file& row) {
            for (; next != end && *next < row.fingerprint; ++next) to_read_.push_back(*next);
            if (next == end || *next != row.fingerprint) return gone_.push_back(row.fingerprint);
            ++next;
            if (is_disabled(row.fingerprint) != row.disabled) turned_.push_back(row.fingerprint);
            if (is_stale(row) || row.stamp.empty() || row.stamp != stamp_of(certificate_file(directory_, row.fingerprint)))
                to_read_.push_back(row.fingerprint);
        });
        for (; next != end; ++next) to_read_.push_back(*next);
    }

    bool is_there(const std::string& fingerprint) const {
        std::error_code unknown;
        return std::filesystem::symlink_status(certificate_file(directory_, fingerprint), unknown).type() !=
               std::filesystem::file_type::not_found;
    }

    // Somebody else may have read the same meanwhile.
    void read(std::span<const std::string> some) {
        std::vector<stored_file> files;
        stamped stamps;
        for (const auto& fingerprint : some) {
            std::string stamp;
            stored_file file{.fingerprint = fingerprint, .content = {}};
            if (const auto unreadable = read_one(file, stamp); !unreadable.empty()) {
                is_there(fingerprint) ? miss(fingerprint, unreadable, std::nullopt) : gone_.push_back(fingerprint);
            } else if (const auto wrong = problem_with_stored(file.content); !wrong.empty()) {
                miss(fingerprint, wrong, file.content);
            } else {
                complete_ = complete_ && !stamp.empty();
                const auto known = index_.file_of(fingerprint);
                const bool is_judged = known && known->digest == sha256_hex(file.content) && !is_stale(*known);
                if (!is_judged || known->stamp != stamp) stamps.emplace_back(fingerprint, stamp);
                if (!is_judged) files.push_back(std::move(file));
            }
        }
        if (!files.empty() || !stamps.empty()) judge(files, std::move(stamps));
    }

    // Why not, or nothing.
    std::string read_one(stored_file& into, std::string& stamp) const {
        try {
            const auto path = certificate_file(directory_, into.fingerprint);
            const input_file file(path);
            stamp = stamp_of(file.status());
            into.content = read_open(file.descriptor(), path);
        } catch (const std::system_error& unreadable) {
            return unreadable.what();
        }
        return {};
    }

    void judge(const std::vector<stored_file>& files, stamped stamps) {
        auto [certificates, unused] = files.empty() ? read_files{} : read_stored(gpg_, files);
        const auto stamp_for = [&](const std::string& fingerprint) {
            const auto at = std::ranges::lower_bound(stamps, fingerprint, {}, &stamped::value_type::first);
            return at != stamps.end() && at->first == fingerprint ? at->second : std::string{};
        };
        for (const auto& [file, why] : unused) {
            miss(file->fingerprint, why, file->content);
            std::erase_if(stamps, [&](const auto& one) { return one.first == file->fingerprint; });
        }
        before_.complete = false; // until all is done
        index_.begin();
        for (auto& stored : certificates) {
            stored.cert.disabled = is_disabled(stored.cert.fingerprint);
            index_.put(stored, stamp_for(stored.cert.fingerprint), now_);
        }
        for (const auto& [fingerprint, stamp] : stamps) index_.put_stamp(fingerprint, stamp);
        index_.commit(before_);
    }

    // Its file cannot be used. The former certificate stays in its place; else it may be somebody's: anybody's, where nothing
    // could be read.
    void miss(const std::string& fingerprint, const std::string& problem, std::optional<std::string_view> content) {
        complete_ = false;
        const auto known = index_.file_of(fingerprint);
        if (!known) return add_unused(out_, fingerprint, problem, content);
        if (!known->stamp.empty()) unstamped_.push_back(fingerprint);
        out_.problems.push_back(fingerprint + ".pgp cannot be used any more, and the certificate stays as it was: " + problem);
    }

    void finish() {
        auto after = before_;
        if (judge_) after.judge = *judge_;
        after.directory = found_.stamp;
        after.complete = complete_;
        after.looked_at = now_;
        const bool is_news = after.judge != before_.judge || after.directory != before_.directory ||
                             after.complete != before_.complete || before_.looked_at > now_;
        if (!is_news && gone_.empty() && turned_.empty() && unstamped_.empty()) return;
        index_.begin();
        for (const auto& one : gone_) // unless it came while we looked
            if (!is_there(one)) index_.remove(one);
        for (const auto& one : turned_) index_.set_disabled(one, is_disabled(one));
        for (const auto& one : unstamped_) index_.put_stamp(one, {});
        index_.commit(std::move(after));
    }

    certificate_index& index_;
    const std::filesystem::path& directory_;
    const store_listing& found_;
    const gpg_options& gpg_;
    reading what_;
    index_state before_;
    std::optional<std::string> judge_;
    time_point now_ = this_second();
    std::vector<std::string> to_read_, gone_, turned_, unstamped_; // fingerprints, sorted
    bool complete_ = true;
    store_findings out_;
};

} // namespace

std::string judge_of(const gpg_options& gpg) { return sha256_hex("sealgate " SEALGATE_VERSION " " + identity_of_gpg(gpg)); }

std::optional<store_findings> trusted_as_it_is(certificate_index& index, const std::filesystem::path& directory,
                                               const gpg_options& gpg) {
    const auto now = this_second();
    const auto state = index.state();
    const auto stamp = stamp_of(directory);
    if (!state.complete || stamp.empty() || stamp != state.directory || state.looked_at > now || index.is_due(now) ||
        state.judge != judge_of(gpg))
        return std::nullopt;
    store_findings out;
    add_doubts(out, index, now);
    return out;
}

store_findings refresh(certificate_index& index, const std::filesystem::path& directory, const store_listing& found,
                       const gpg_options& gpg, reading what) {
    return refreshing(index, directory, found, gpg, what).run();
}

} // namespace sealgate::keys
