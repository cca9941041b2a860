#include "keys/store/stored_files.hpp"

#include "keys/base/clock.hpp"
#include "keys/base/parallel.hpp"
#include "keys/certificates/transferable_key.hpp"
#include "keys/certificates/unproved.hpp"
#include "keys/certificates/user_id.hpp"
#include "keys/store/import.hpp"
#include "keys/store/trial.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

namespace sealgate::keys {

namespace {

// gpg takes some milliseconds for each.
constexpr std::size_t most_read_at_once = 125;

// Asks gpg about many files at once. gpg may stop at one it does not understand, or leave it out; then each half is asked for
// itself, until the bad file stands alone. What gpg knows no such keys of is read by its packets.
class stored_file_reader {
public:
    explicit stored_file_reader(const gpg_options& options)
        : gpg_(options)
        , trying_(gpg_) {}

    read_files read(std::span<const stored_file> files, time_point now) {
        // One of a version that gpg does not know stops it; it should not stand before the others.
        std::vector<const stored_file*> usual, others;
        for (const auto& file : files) (version_of(file.content) == 4 ? usual : others).push_back(&file);
        read(usual);
        read(others);
        read_files out{.certificates = {}, .unused = std::exchange(unused_, {})};
        for (auto& [file, cert] : std::exchange(listed_, {})) {
            const auto made = read_self_signatures(file->content);
            complete(cert, made);
            const auto again = first_turn(cert, made, now);
            out.certificates.push_back(
                {.cert = std::move(cert), .binary = std::make_shared<const std::string>(file->content), .read_again = again});
        }
        trying_.run(out.certificates, now);
        return out;
    }

private:
    using some_files = std::span<const stored_file* const>;

    void read(some_files files) {
        if (files.empty()) return;
        const auto is_tried = [&](const stored_file* one) { return !unknown_.contains(version_of(one->content)); };
        std::string all;
        for (const auto* file : files) all += file->content;
        auto listed = std::ranges::any_of(files, is_tried) ? gpg_.list(all) : std::vector<certificate>{};
        const auto by_name = [](const stored_file* one) { return std::string_view(one->fingerprint); };
        if (std::ranges::equal(files, listed, {}, by_name, &certificate::fingerprint)) {
            for (std::size_t i = 0; i < files.size(); ++i) take(*files[i], std::move(listed[i]));
        } else if (files.size() == 1) {
            read_alone(*files.front(), listed);
        } else {
            read(files.first(files.size() / 2));
            read(files.subspan(files.size() / 2));
        }
    }

    void take(const stored_file& file, certificate listed) {
        unknown_.note_taken(version_of(file.content));
        auto own = is_judged(listed) ? std::unexpected(std::string{}) : read_unproved_certificate(file.content);
        listed_.emplace_back(&file, own ? *std::move(own) : std::move(listed));
    }

    void read_alone(const stored_file& file, const std::vector<certificate>& listed) {
        const auto version = version_of(file.content);
        if (listed.empty()) unknown_.note_refused(version);
        auto own = listed.empty() && version != 4 ? read_unproved_certificate(file.content) : std::unexpected(std::string{});
        trying_.require_reading();
        if (own && own->fingerprint == file.fingerprint)
            listed_.emplace_back(&file, *std::move(own));
        else
            unused_.emplace_back(&file, problem_with(listed));
    }

    static std::string problem_with(const std::vector<certificate>& listed) {
        return listed.empty() ? "gpg cannot read it" : "it is the certificate " + listed.front().fingerprint;
    }

    gpg gpg_;
    trial trying_;
    unknown_versions unknown_;
    std::vector<std::pair<const stored_file*, certificate>> listed_;
    std::vector<std::pair<const stored_file*, std::string>> unused_; // and why
};

bool is_in_domain(char c) {
    return text::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
}

bool is_in_local_part(char c) { return is_in_domain(c) || std::string_view("!#$%&'*+/=?^_`{|}~").contains(c); }

} // namespace

// User ids may have an end of their own, which gpg does not mind. The last one's is the certificate's.
void complete(certificate& to, const self_signatures& made) {
    to.sha1 = made.sha1;
    const auto ends = [](const bound_user_id& one) { return one.expires.value_or(time_point::max()); };
    const auto last = std::ranges::max_element(made.user_ids, {}, ends);
    if (last == made.user_ids.end()) return;
    to.user_ids_expire = last->expires;
    std::map<std::string, time_point> ends_of; // by address; "": where gpg finds one and we would not look for it
    for (const auto& one : made.user_ids) {
        auto& end = ends_of.emplace(address_in_user_id(one.text), ends(one)).first->second;
        end = std::max(end, ends(one));
    }
    for (const auto& address : to.addresses) {
        const auto named = ends_of.find(address);
        const auto end = named != ends_of.end() ? named : ends_of.find("");
        if (end != ends_of.end() && end->second < ends(*last)) to.addresses_expire[address] = end->second;
    }
}

// gpg leaves out what was made later than now, by a clock that is behind or by an owner who renews early, and what has ended.
std::optional<time_point> first_turn(const certificate& cert, const self_signatures& made, time_point now) {
    auto times = made.turns;
    for (const auto& key : cert.subkeys) times.push_back(key.created);
    std::erase_if(times, [&](time_point one) { return one <= now; });
    return times.empty() ? std::nullopt : std::optional(std::ranges::min(times));
}

read_files read_stored(const gpg_options& options, const std::vector<stored_file>& files) {
    const auto now = this_second(); // before gpg looks at its clock
    read_files out;
    std::mutex mutex; // of it
    in_parallel(std::span(files), most_read_at_once, [&] {
        return [&, read = std::make_shared<stored_file_reader>(options)](std::span<const stored_file> some) {
            auto [certificates, unused] = read->read(some, now);
            const std::scoped_lock lock(mutex);
            std::ranges::move(certificates, std::back_inserter(out.certificates));
            std::ranges::move(unused, std::back_inserter(out.unused));
        };
    });
    std::ranges::sort(out.certificates, {},
                      [](const stored_certificate& one) { return std::string_view(one.cert.fingerprint); });
    std::ranges::sort(out.unused, {}, [](const auto& one) { return std::string_view(one.first->fingerprint); });
    return out;
}

std::vector<std::string> addresses_in(std::string_view octets) {
    std::vector<std::string> out;
    for (auto at = octets.find('@'); at != std::string_view::npos; at = octets.find('@', at + 1)) {
        auto first = at, last = at + 1;
        while (first > 0 && is_in_local_part(octets[first - 1])) --first;
        while (last < octets.size() && is_in_domain(octets[last])) ++last;
        const auto address = policy::parse_address(octets.substr(first, last - first));
        if (!address.local.empty() && !address.domain.empty()) out.push_back(address.key());
    }
    return out;
}

std::string doubt_about(const certificate& cert, time_point now) {
    if (!cert.addresses.empty()) return {};
    if (cert.created > now)
        return "it was created in the future, on " + rfc3339(cert.created).substr(0, 10) +
               ": the clock of this machine is wrong, or was its owner's";
    return cert.invalid ? "gpg finds no user id in it that its owner signed: it is damaged" : "";
}

} // namespace sealgate::keys
