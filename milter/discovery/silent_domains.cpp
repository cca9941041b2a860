#include "milter/discovery/silent_domains.hpp"

namespace sealgate::milter {

namespace {

constexpr unsigned times_until_none = 2;

std::string question_of(const std::string& domain) { return "silent " + domain; }
std::string question_of_direct_place(const std::string& domain) { return "silent-direct " + domain; }

lookup_outcome counted_at_direct_place(const lookup_answer& answer) {
    return answer.in_a_row < times_until_none ? lookup_outcome::failed : lookup_outcome::none;
}

} // namespace

std::optional<lookup_outcome> silent_domains::find(const std::string& domain, std::chrono::sys_seconds now) const {
    if (answers_.find(question_of(domain), now)) return lookup_outcome::failed;
    const auto direct = answers_.find(question_of_direct_place(domain), now);
    return direct ? std::optional(counted_at_direct_place(*direct)) : std::nullopt;
}

lookup_outcome silent_domains::note(const std::string& domain, domain_voice heard, lookup_outcome what,
                                    std::chrono::sys_seconds now) {
    const auto note_silence = [&](const std::string& question) {
        answers_.put(question, lookup_outcome::failed, {}, {}, now);
        return answers_.find(question, now);
    };
    switch (heard) {
    case domain_voice::unheard: break;
    case domain_voice::answered:
        answers_.forget(question_of(domain));
        answers_.forget(question_of_direct_place(domain));
        break;
    case domain_voice::silent: note_silence(question_of(domain)); break;
    case domain_voice::silent_at_direct_place:
        if (const auto noted = note_silence(question_of_direct_place(domain))) return counted_at_direct_place(*noted);
        break;
    }
    return what;
}

} // namespace sealgate::milter
