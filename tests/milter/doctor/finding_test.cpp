// The names of doctor's findings are unlike each other, and the manual has each of them.
#include "milter/base/named_files.hpp"
#include "milter/doctor/finding.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sealgate::milter {
namespace {

TEST(DoctorFinding, IsInTheManual) {
    const auto manual = read_file(SEALGATE_SOURCE "/contrib/sealgate.8").value_or("");
    const auto chapter = manual.substr(std::min(manual.find(".Sh FINDINGS"), manual.size()));
    std::set<std::string_view> seen;
    for (const auto& [kind, name] : names(finding_kind{})) {
        EXPECT_TRUE(chapter.contains(" " + std::string(name) + "\n") || chapter.contains(" " + std::string(name) + " "))
            << name;
        EXPECT_TRUE(seen.insert(name).second) << name;
    }
}

TEST(DoctorFinding, AdviceStandsBehindAllElse) {
    bool is_behind = false;
    for (const auto& [kind, name] : names(finding_kind{})) {
        EXPECT_FALSE(is_behind && !is_advice(kind)) << name;
        is_behind = is_behind || is_advice(kind);
    }
    EXPECT_TRUE(is_behind);
}

} // namespace
} // namespace sealgate::milter
