#include "milter/control/exposition.hpp"

#include <charconv>
#include <cmath>

namespace sealgate::milter {

namespace {

std::string escaped(std::string_view text, bool in_quotes) {
    std::string out;
    for (const char c : text) {
        if (c == '\n')
            out += "\\n";
        else if (c == '\\' || (c == '"' && in_quotes))
            out.append("\\").push_back(c);
        else
            out += c;
    }
    return out;
}

std::string_view word(exposition::kind what) {
    switch (what) {
    case exposition::kind::counter: return "counter";
    case exposition::kind::gauge: return "gauge";
    case exposition::kind::histogram: return "histogram";
    }
    return "untyped";
}

} // namespace

std::string metric_number(double value) {
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    char digits[64];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    return {digits, end};
}

void exposition::begin(std::string_view name, kind what, std::string_view help) {
    name_ = name;
    text_.append("# HELP ").append(name_).append(" ").append(escaped(help, false)).append("\n");
    text_.append("# TYPE ").append(name_).append(" ").append(word(what)).append("\n");
}

void exposition::sample(double value, const metric_labels& labels, std::string_view suffix) {
    text_.append(name_).append(suffix);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        text_.append(i == 0 ? "{" : ",").append(labels[i].first);
        text_.append("=\"").append(escaped(labels[i].second, true)).append("\"");
    }
    text_.append(labels.empty() ? " " : "} ").append(metric_number(value)).append("\n");
}

} // namespace sealgate::milter
