// What of one kind this gateway has, and what it takes over from others. Values are texts; an empty one says that nothing is
// here, which is no word that it should go. All of one kind belong to the thread of milter/agreement/agreeing.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

class agreed_kind {
public:
    // Of another gateway, and newer than what was agreed.
    struct word {
        std::string name, value;
        std::string gateway;          // which says so
        bool is_changed_here = false; // since it was agreed, too: neither knew of the other
    };

    agreed_kind() = default;
    virtual ~agreed_kind() = default;
    agreed_kind(const agreed_kind&) = delete;
    agreed_kind& operator=(const agreed_kind&) = delete;

    virtual std::string_view kind() const = 0;

    // Names of what may have changed here since this was asked last; the first time, of all that is here.
    virtual std::vector<std::string> changed() = 0;
    virtual std::string here(const std::string& name) = 0;

    // What cannot be taken stays as it is here. Throws where nothing can be taken now.
    virtual void take(const std::vector<word>& words) = 0;

    // Whether what is here, behind a take(), says more than what was taken, so that others have to hear it.
    virtual bool adds(const std::string& here, const std::string& taken) const = 0;

    // What of a value tells it from another one.
    virtual std::string_view told_apart_by(std::string_view value) const { return value; }
    // It was agreed as it is here.
    virtual void settled(const std::string&) {}
    // Until when others need to know it; nothing: for ever.
    virtual std::optional<std::chrono::sys_seconds> needed_until(const std::string&) const { return std::nullopt; }
};

} // namespace sealgate::milter
