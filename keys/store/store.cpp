#include "keys/store/store.hpp"

#include "keys/base/clock.hpp"
#include "keys/base/file_batch.hpp"
#include "keys/base/files.hpp"
#include "keys/certificates/self_signatures.hpp"
#include "keys/store/import_groups.hpp"
#include "keys/store/stored_files.hpp"
#include "keys/store/trial.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::size_t shortest_suffix = 16;

} // namespace

store::store(std::filesystem::path directory, gpg_options gpg, policy::key_minimum minimum, policy::key_source source,
             wish_notes wishes)
    : directory_(std::move(directory))
    , gpg_(std::move(gpg))
    , minimum_(minimum)
    , source_(source)
    , wishes_(std::move(wishes)) {
    if (gpg_.scratch.empty()) gpg_.scratch = std::filesystem::temp_directory_path();
}

// Why the directory is not what it was; or nothing. What was found is found again. Its last certificate is removed under the
// lock, which stays.
std::string store::loss(const store_listing& found, bool held) const {
    if (source_ != policy::key_source::own || !held || found.has_lock || !found.fingerprints.empty()) return {};
    return directory_.string() + (found.is_there ? " has nothing in it" : " is gone") +
           ", and held certificates: is a file system not mounted? If that is meant, remove " + note_file().string() +
           " and restart the gateway";
}

std::string store::loss_now() const {
    return source_ == policy::key_source::own ? loss(list_store(directory_), std::filesystem::exists(note_file()))
                                              : std::string{};
}

void store::note_what_it_holds() const {
    if (!std::filesystem::exists(note_file()) && !list_store(directory_).fingerprints.empty()) replace_file(note_file(), "");
}

opened_store store::opened(certificate_index index, store_findings findings, catalogue::places where) const {
    auto problems = findings.problems;
    return {.certificates =
                std::make_shared<const catalogue>(std::move(index), minimum_, std::move(findings), std::move(where), source_),
            .problems = std::move(problems)};
}

// The index lies beside the directory, and may be there.
opened_store store::kept(const catalogue* before, std::string problem) const {
    const store_findings findings{
        .problems = {std::move(problem) + ". Certificates in use stay, and mail for which there is none waits"},
        .doubts = {.of_all = true}};
    try {
        if (before != nullptr && before->has_own_index()) return opened(before->copy_of_index(), findings, {});
        if (auto there = certificate_index::open(index_file()))
            return opened(*std::move(there), findings, {.index = index_file()});
        if (before != nullptr) return opened(before->copy_of_index(), findings, {});
    } catch (const sqlite_error&) { // then there are none in use
    }
    return opened(certificate_index::copy_of(std::filesystem::path()), findings, {});
}

bool store::may_write_index() const { return index_may_be_written(index_file()); }

// What was found when the files were looked at stays true.
std::optional<opened_store> store::open_as_indexed(const catalogue* before) const {
    if (before && !before->is_of_index_alone()) return std::nullopt;
    try {
        if (auto index = certificate_index::open(index_file()); index && !index->state().judge.empty())
            return opened(*std::move(index), before ? before->findings() : store_findings{},
                          {.files = directory_, .index = index_file()});
    } catch (const sqlite_error&) { // the files are looked at
    }
    return std::nullopt;
}

std::optional<opened_store> store::open_as_it_is() const {
    try {
        auto index = certificate_index::open(index_file());
        if (!index) return std::nullopt;
        if (auto findings = trusted_as_it_is(*index, directory_, gpg_))
            return opened(*std::move(index), *std::move(findings), {.files = directory_, .index = index_file()});
    } catch (const sqlite_error&) { // it is made anew, or waited for
    }
    return std::nullopt;
}

// The index as it was, less what is not there any more or is disabled: that needs no disk.
std::optional<opened_store> store::open_behind(const store_listing& found, const std::string& why) const {
    try {
        if (auto index = certificate_index::open(index_file()))
            return opened(
                *std::move(index),
                {.problems = {index_file().string() + " cannot be brought up to date: " + why +
                              ". What is new in the store is not used, and mail for which there is no certificate waits"},
                 .doubts = {.of_all = true}},
                {.files = directory_, .index = index_file(), .listing = std::make_shared<const store_listing>(found)});
    } catch (const sqlite_error&) { // nor can it be read
    }
    return std::nullopt;
}

opened_store store::open_private(const store_listing& found, reading what, const catalogue* before) const {
    const auto refreshed = [&](certificate_index index) {
        auto findings = refresh(index, directory_, found, gpg_, what);
        return opened(std::move(index), std::move(findings), {.files = directory_});
    };
    try {
        return refreshed(before && before->has_own_index() ? before->copy_of_index()
                                                           : certificate_index::copy_of(index_file()));
    } catch (const sqlite_error& problem) {
        if (problem.trouble != sqlite_trouble::broken) throw;
    }
    return refreshed(certificate_index::copy_of(std::filesystem::path()));
}

opened_store store::open(reading what, const catalogue* before) const {
    if (what == reading::as_indexed)
        if (auto indexed = open_as_indexed(before)) return *std::move(indexed);
    if (what == reading::at_once)
        if (auto trusted = open_as_it_is()) return *std::move(trusted);
    store_listing found;
    try {
        found = list_store(directory_);
    } catch (const std::system_error& unreadable) {
        return kept(before, unreadable.what());
    }
    const bool held = (before && before->count() > 0) || std::filesystem::exists(note_file());
    if (auto lost = loss(found, held); !lost.empty()) return kept(before, std::move(lost));
    std::string trouble;
    for (int tries = 3; tries > 0 && found.is_there && may_write_index(); --tries) {
        try {
            auto index = certificate_index::open_to_write(index_file());
            if (what != reading::what_changed && index.state().looked_at > this_second()) break; // whose clock is right?
            auto findings = refresh(index, directory_, found, gpg_, what);
            if (auto written = certificate_index::open(index_file()))
                return opened(*std::move(written), std::move(findings), {.files = directory_, .index = index_file()});
        } catch (const sqlite_error& problem) {
            trouble = problem.what();
            std::error_code ignored;
            if (problem.trouble == sqlite_trouble::broken)
                std::filesystem::remove(index_file(), ignored);
            else if (problem.trouble != sqlite_trouble::busy)
                break;
        } catch (const std::system_error&) { // no file to be made there
            break;
        }
    }
    if (!trouble.empty())
        if (auto behind = open_behind(found, trouble)) return *std::move(behind);
    return open_private(found, what, before);
}

// With all that the index would say of them; without a certificate where there is nothing to keep.
std::vector<stored_certificate> store::tried(std::vector<import_result> results,
                                             const std::set<std::string>& out_of_use) const {
    const auto time = this_second();
    std::vector<stored_certificate> out;
    for (auto& one : results) {
        std::optional<time_point> again;
        if (!one.content.empty()) {
            const auto made = read_self_signatures(one.content);
            complete(one.cert, made);
            again = first_turn(one.cert, made, time);
            one.cert.disabled = out_of_use.contains(one.cert.fingerprint) ||
                                std::filesystem::exists(disabled_marker(directory_, one.cert.fingerprint));
        }
        out.push_back({.cert = std::move(one.cert),
                       .binary = std::make_shared<const std::string>(std::move(one.content)),
                       .read_again = again});
    }
    try_all(gpg_, out, time);
    return out;
}

change store::put(const import_group& group, const stored_certificate& merged, file_batch& files) const {
    const auto path = file_of(group.fingerprint);
    if (group.known == *merged.binary && usable_content(directory_, group.fingerprint) == group.known) return change::unchanged;
    const auto what = std::filesystem::exists(path) ? change::updated : change::added;
    files.put(path, octet_pieces{octets(*merged.binary, merged.binary)});
    return what;
}

// So that gpg is not asked about them again. Where that fails, the next who looks asks.
void store::index_imported(const std::vector<stored_certificate>& merged) const {
    if (merged.empty() || !may_write_index()) return;
    try {
        auto index = certificate_index::open_to_write(index_file());
        auto state = index.state();
        const auto judge = judge_of(gpg_);
        if (!state.judge.empty() && state.judge != judge) return;
        state.judge = judge;
        state.complete = false;
        for (std::size_t i = 0; i < merged.size(); ++i) {
            if (i % certificate_index::most_together == 0) index.begin();
            index.put(merged[i], {}, this_second());
            if ((i + 1) % certificate_index::most_together == 0 || i + 1 == merged.size()) index.commit(state);
        }
    } catch (const sqlite_error&) {
    } catch (const std::system_error&) {
    }
}

void store::forget_in_index(const std::string& fingerprint) const {
    if (!may_write_index() || !std::filesystem::exists(index_file())) return;
    try {
        auto index = certificate_index::open_to_write(index_file());
        index.begin();
        index.remove(fingerprint);
        index.commit(index.state());
    } catch (const sqlite_error&) { // the next who looks sees that it is gone
    } catch (const std::system_error&) {
    }
}

// Which of them the store has as they are, and need no gpg.
std::vector<stored_certificate> store::known_among(std::vector<import_group>& groups, const catalogue& before) const {
    std::vector<stored_certificate> out;
    std::erase_if(groups, [&](const import_group& group) {
        if (std::ranges::any_of(group.fresh, [&](const auto& one) { return one != group.known; })) return false;
        const auto found = before.find_entry(group.fingerprint, this_second()).stored;
        if (!found || *found->binary != group.known || !doubt_about(found->cert, this_second()).empty()) return false;
        out.push_back(*found);
        return true;
    });
    return out;
}

std::expected<import_report, std::string> store::import(std::string_view file, const import_announcement& announce,
                                                        const std::set<std::string>& out_of_use) const {
    auto read = read_key_file(file);
    if (!read) return std::unexpected(std::move(read.error()));
    if (auto lost = loss_now(); !lost.empty()) return std::unexpected(std::move(lost));
    const auto before = open(reading::as_indexed).certificates;
    make_private_directory(directory_);
    const file_lock lock(lock_of_store(directory_));
    import_report out{.certificates = {}, .problems = std::move(read->problems)};
    auto groups = groups_of(*std::move(read), directory_, out.problems);
    for (auto& same : known_among(groups, *before))
        out.certificates.push_back({.cert = std::move(same.cert), .what = change::unchanged});
    for (auto& group : groups) // whose file is damaged, the index knows
        if (group.known.empty() && std::filesystem::exists(file_of(group.fingerprint)))
            if (const auto indexed = before->of_fingerprint(group.fingerprint).all; !indexed.empty())
                group.known = *indexed.front()->binary;
    auto results = merge_into_known(gpg_, groups, this_second());
    for (std::size_t i = 0; i < groups.size(); ++i)
        if (!results[i].problem.empty())
            out.problems.push_back(groups[i].fingerprint + " was not taken: " + results[i].problem);
    auto merged = tried(std::move(results), out_of_use);
    file_batch files(directory_);
    put_out_of_use(out_of_use, merged, out, files);
    for (std::size_t i = 0; i < groups.size(); ++i) take(groups[i], merged[i], *before, files, out);
    std::ranges::sort(out.certificates, {}, [](const imported_certificate& one) { return one.cert.fingerprint; });
    if (announce) announce(out);
    files.commit();
    for (const auto& one : out.certificates)
        if (!out_of_use.contains(one.cert.fingerprint)) wishes_.forget(wish_to_remove(source_), one.cert.fingerprint);
    std::erase_if(merged, [](const stored_certificate& one) { return one.binary->empty(); });
    index_imported(merged);
    try {
        note_what_it_holds();
    } catch (const std::system_error&) { // the gateway notes it too
    }
    return out;
}

// Whatever of them is here when all is done. Their marks are there before the certificates are.
void store::put_out_of_use(const std::set<std::string>& which, const std::vector<stored_certificate>& merged,
                           const import_report& known, file_batch& files) const {
    const auto put = [&](const certificate& cert) {
        if (which.contains(cert.fingerprint)) files.put(disabled_marker(directory_, cert.fingerprint), {});
    };
    for (const auto& one : known.certificates) put(one.cert);
    for (const auto& one : merged)
        if (!one.binary->empty()) put(one.cert);
}

// Into the store, and into the report.
void store::take(const import_group& group, const stored_certificate& merged, const catalogue& before, file_batch& files,
                 import_report& report) const {
    if (merged.binary->empty()) return;
    for (const auto& address : merged.cert.addresses)
        if (const auto used = before.find(address, this_second()); used.state == policy::key_state::usable)
            report.encrypted_to.emplace(address, used.stored->cert.fingerprint);
    if (group.revoked_alone && !merged.cert.revoked)
        report.problems.push_back(group.fingerprint + ": its revocation was not taken, since its key did not sign it");
    else if (lost_revocation(group, merged.cert, *merged.binary))
        report.problems.push_back(group.fingerprint +
                                  ": a revocation in it was not taken, since its key did not sign it, or it "
                                  "was damaged; ask its owner whether the key still holds");
    const auto what = put(group, merged, files);
    report.certificates.push_back({.cert = merged.cert, .what = what});
    mark_weak(report.certificates.back().cert, minimum_);
}

std::expected<std::string, std::string> store::resolve(std::string_view spelled) const {
    std::string suffix;
    for (const char c : spelled)
        if (!text::is_space(c)) suffix += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    if (suffix.size() < shortest_suffix) return std::unexpected("give the fingerprint, or at least its last 16 digits");
    std::optional<std::string> found;
    for (auto& fingerprint : list_store(directory_).fingerprints) {
        if (!fingerprint.ends_with(suffix)) continue;
        if (found) return std::unexpected("more than one certificate ends with these digits");
        found = std::move(fingerprint);
    }
    if (!found) return std::unexpected("there is no such certificate");
    return *std::move(found);
}

namespace {

// A directory in which there is nothing to change gets no lock either.
std::expected<std::string, std::string> changed(const std::filesystem::path& directory, auto resolve,
                                                const change_announcement& announce, auto act) {
    if (auto nothing = resolve(); !nothing) return nothing;
    const file_lock lock(lock_of_store(directory));
    std::expected<std::string, std::string> found = resolve();
    if (!found) return found;
    if (announce) announce(*found);
    act(*found);
    return found;
}

} // namespace

std::expected<std::string, std::string> store::remove(std::string_view fingerprint, const change_announcement& announce) const {
    return changed(
        directory_, [&] { return resolve(fingerprint); }, announce,
        [&](const std::string& found) {
            wishes_.leave(wish_to_remove(source_), found);
            remove_file(file_of(found));
            remove_file(disabled_marker(directory_, found));
            forget_in_index(found);
        });
}

void store::forget_removal(const std::string& fingerprint) const {
    if (!wishes_.has(wish_to_remove(source_), fingerprint)) return;
    const file_lock lock(lock_of_store(directory_));
    if (std::filesystem::exists(file_of(fingerprint))) wishes_.forget(wish_to_remove(source_), fingerprint);
}

std::expected<std::string, std::string> store::set(std::string_view fingerprint, availability wanted,
                                                   const change_announcement& announce) const {
    return changed(
        directory_, [&] { return resolve(fingerprint); }, announce,
        [&](const std::string& found) {
            switch (wanted) {
            case availability::disabled:
                replace_file(disabled_marker(directory_, found), "");
                wishes_.forget(wish_to_enable(source_), found);
                break;
            case availability::enabled:
                wishes_.leave(wish_to_enable(source_), found);
                remove_file(disabled_marker(directory_, found));
                break;
            }
        });
}

} // namespace sealgate::keys
