// Taking the names of companies apart.
#include "base/company_name.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/text.h"

namespace fairlead {
namespace {

using Words = std::vector<std::string_view>;

// What a phrase is; where it may stand: before the brand, after it.
struct Phrase {
    std::string_view words;
    LegalForm form = LegalForm::none;
    bool before = true, after = true;
};

// Of those that fit the longest counts. A word of two letters stands where it cannot be a brand.
constexpr std::array phrases{
    Phrase{"doanh nghiep tu nhan", LegalForm::own}, Phrase{"doanh nghiep tn", LegalForm::own}, Phrase{"dntn", LegalForm::own},
    Phrase{"ho kinh doanh", LegalForm::own}, Phrase{"hkd", LegalForm::own},
    Phrase{"trach nhiem huu han", LegalForm::limited}, Phrase{"tnhh", LegalForm::limited},
    Phrase{"mot thanh vien"}, Phrase{"1 thanh vien"}, Phrase{"mtv"}, Phrase{"mot tv"}, Phrase{"1 tv"}, Phrase{"1tv"},
    Phrase{"hai thanh vien tro len"}, Phrase{"hai thanh vien"}, Phrase{"2 thanh vien"}, Phrase{"2 tv"}, Phrase{"2tv"},
    Phrase{"ctcp", LegalForm::stock}, Phrase{"cong ty cp", LegalForm::stock}, Phrase{"cty cp", LegalForm::stock}, Phrase{"ct cp", LegalForm::stock},
    Phrase{"co phan", LegalForm::stock}, Phrase{"cp", LegalForm::stock, false},
    Phrase{"hop danh", LegalForm::partnership}, Phrase{"cong ty hd", LegalForm::partnership, true, false},
    Phrase{"tong cong ty"}, Phrase{"tap doan"}, Phrase{"cong ty"}, Phrase{"cty"}, Phrase{"ct tnhh", LegalForm::limited},
    // Words of trade.
    Phrase{"thuong mai", LegalForm::none}, Phrase{"tm"}, Phrase{"dich vu"}, Phrase{"dv"}, Phrase{"san xuat"}, Phrase{"sx"}, Phrase{"xuat nhap khau"}, Phrase{"xnk"},
    Phrase{"tmdv"}, Phrase{"sxtm"}, Phrase{"dvtm"}, Phrase{"tmsx"},
    Phrase{"dau tu", LegalForm::none, true, false}, Phrase{"trading", LegalForm::none, false}, Phrase{"services", LegalForm::none, false},
    Phrase{"import export", LegalForm::none, false}, Phrase{"va"}, Phrase{"and", LegalForm::none, false},
    // Other countries, after the brand.
    Phrase{"joint stock company", LegalForm::stock, false}, Phrase{"joint stock co", LegalForm::stock, false}, Phrase{"joint stock", LegalForm::stock, false}, Phrase{"jsc", LegalForm::stock, false},
    Phrase{"incorporated", LegalForm::stock, false}, Phrase{"inc", LegalForm::stock, false}, Phrase{"corporation", LegalForm::stock, false}, Phrase{"corp", LegalForm::stock, false},
    Phrase{"public limited company", LegalForm::stock, false}, Phrase{"plc", LegalForm::stock, false}, Phrase{"aktiengesellschaft", LegalForm::stock, false}, Phrase{"ag", LegalForm::stock, false},
    Phrase{"se", LegalForm::stock, false}, Phrase{"sa", LegalForm::stock, false}, Phrase{"spa", LegalForm::stock, false}, Phrase{"nv", LegalForm::stock, false}, Phrase{"asa", LegalForm::stock, false},
    Phrase{"oyj", LegalForm::stock, false}, Phrase{"sas", LegalForm::stock, false}, Phrase{"kabushiki kaisha", LegalForm::stock}, Phrase{"kk", LegalForm::stock, false}, Phrase{"tbk", LegalForm::stock, false},
    Phrase{"bhd", LegalForm::stock, false}, Phrase{"pao", LegalForm::stock, true, false}, Phrase{"oao", LegalForm::stock, true, false},
    Phrase{"sdn bhd", LegalForm::limited, false}, Phrase{"private limited", LegalForm::limited, false}, Phrase{"pvt ltd", LegalForm::limited, false}, Phrase{"pte ltd", LegalForm::limited, false},
    Phrase{"pty ltd", LegalForm::limited, false}, Phrase{"company limited", LegalForm::limited, false}, Phrase{"co ltd", LegalForm::limited, false}, Phrase{"coltd", LegalForm::limited, false}, Phrase{"limited liability company", LegalForm::limited, false},
    Phrase{"limited", LegalForm::limited, false}, Phrase{"ltd", LegalForm::limited, false}, Phrase{"ltda", LegalForm::limited, false}, Phrase{"llc", LegalForm::limited, false},
    Phrase{"gmbh co kg", LegalForm::partnership, false}, Phrase{"gesellschaft mit beschrankter haftung", LegalForm::limited, false}, Phrase{"gmbh", LegalForm::limited, false}, Phrase{"ug", LegalForm::limited, false}, Phrase{"mbh", LegalForm::limited, false},
    Phrase{"sarl", LegalForm::limited, false}, Phrase{"srl", LegalForm::limited, false}, Phrase{"sro", LegalForm::limited, false}, Phrase{"bv", LegalForm::limited, false}, Phrase{"sp z oo", LegalForm::limited, false},
    Phrase{"aps", LegalForm::limited, false}, Phrase{"ab", LegalForm::limited, false}, Phrase{"oy", LegalForm::limited, false}, Phrase{"as", LegalForm::limited, false}, Phrase{"kft", LegalForm::limited, false},
    Phrase{"ooo", LegalForm::limited, true, false}, Phrase{"pt", LegalForm::limited, true, false},
    Phrase{"llp", LegalForm::partnership, false}, Phrase{"lp", LegalForm::partnership, false}, Phrase{"kg", LegalForm::partnership, false}, Phrase{"ohg", LegalForm::partnership, false},
    Phrase{"company", LegalForm::none, false}, Phrase{"co", LegalForm::none, false},
};

// Folded words of letters and digits; single letters that points or hyphens keep together are one word: "T.N.H.H.".
std::vector<std::string> words_of(std::string_view name) {
    std::vector<std::string> words;
    std::string word;
    bool letters_alone = false;  // the last word is made of single letters with points between
    bool joined = false;         // only a point stands between the last word and this one
    const auto end_word = [&] {
        if (word.empty()) return;
        const bool one = word.size() == 1 && word[0] >= 'a' && word[0] <= 'z';
        if (one && joined && letters_alone) words.back() += word;
        else words.push_back(word), letters_alone = one;
        word.clear();
        joined = false;
    };
    for (const char c : fold(name)) {
        const auto byte = static_cast<unsigned char>(c);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || byte >= 0x80) {
            word += c;
            continue;
        }
        if (c == '\'') continue;
        const bool ended = !word.empty();
        end_word();
        joined = ended && (c == '.' || c == '/');
    }
    end_word();
    return words;
}

// How many words of the phrase begin at `at`; 0: it does not stand there.
std::size_t stands_at(const std::vector<std::string>& words, std::size_t at, std::size_t end, std::string_view phrase) {
    std::size_t count = 0;
    while (!phrase.empty()) {
        const auto blank = phrase.find(' ');
        if (at + count >= end || words[at + count] != phrase.substr(0, blank)) return 0;
        ++count;
        if (blank == std::string_view::npos) break;
        phrase.remove_prefix(blank + 1);
    }
    return count;
}

}  // namespace

CompanyName company_name(std::string_view name) {
    const std::vector<std::string> words = words_of(name);
    CompanyName out;
    std::size_t begin = 0, end = words.size();
    const auto meet = [&](const Phrase& phrase) {
        if (out.form == LegalForm::none) out.form = phrase.form;
    };
    // From the front, then from the back, the longest phrase each time, until a word belongs to the brand.
    for (;;) {
        const Phrase* best = nullptr;
        std::size_t most = 0;
        for (const Phrase& phrase : phrases)
            if (phrase.before && (phrase.words != "va" || begin > 0))
                if (const std::size_t count = stands_at(words, begin, end, phrase.words); count > most) best = &phrase, most = count;
        if (best == nullptr) break;
        meet(*best);
        begin += most;
    }
    for (;;) {
        const Phrase* best = nullptr;
        std::size_t most = 0;
        for (const Phrase& phrase : phrases) {
            if (!phrase.after) continue;
            // "Hương Sa" and "Lotus Spa" are brands where the form is known already.
            if (phrase.words.size() <= 3 && phrase.form != LegalForm::none && out.form != LegalForm::none) continue;
            const auto count = static_cast<std::size_t>(std::count(phrase.words.begin(), phrase.words.end(), ' ')) + 1;
            if (count > most && end - begin >= count && stands_at(words, end - count, end, phrase.words) == count) best = &phrase, most = count;
        }
        if (best == nullptr) break;
        meet(*best);
        end -= most;
    }
    for (std::size_t i = begin; i < end; ++i) {
        if (!out.brand.empty()) out.brand += ' ';
        out.brand += words[i];
    }
    return out;
}

Likeness likeness(const CompanyName& a, const CompanyName& b) {
    if (a.brand.empty() || a.brand != b.brand) return Likeness::none;
    return a.form == b.form ? Likeness::strong : Likeness::weak;
}

}  // namespace fairlead
