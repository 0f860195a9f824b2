//! A small system with other names: CSV files in code page 932 and in UTF-8, tab- and comma-separated, columns in Japanese, companies by
//! code, days with slashes and without signs, other words for yes and no.

use crate::rig::Rig;
use crate::small::small;

pub(super) const FILE: &str = "権限.toml";

const TEXT: &str = "\
label = \"第二システム\"
job = \"job.toml\"
judged_on = 2026-03-31

[companies]
operator = [\"01\"]
retail = [\"02\"]
affiliate = [\"03\"]

[tables.screens]
csv = \"画面.csv\"
encoding = \"cp932\"
columns = { screen = \"画面名\", own_only = { column = \"自社のみ\", yes = [\"○\"], no = [\"×\"] } }
[tables.screen_fields]
csv = \"項目.tsv\"
delimiter = \"\\t\"
columns = { screen = \"画面\", field = \"項番\", table = \"表\", column = \"列\", masked = { column = \"伏字\", yes = [\"有\"], no = [\"無\"] } }
[tables.transitions]
csv = \"遷移.csv\"
encoding = \"cp932\"
columns = { from = \"元\", key = \"操作\", to = \"先\" }
[tables.roles]
csv = \"役割.csv\"
encoding = \"cp932\"
columns = { role = \"役割\", company = \"会社\" }
[tables.role_screens]
csv = [\"権限1.csv\", \"権限2.csv\"]
encoding = \"cp932\"
columns = { role = \"役割\", screen = \"画面\" }
[tables.accounts]
csv = \"利用者.csv\"
encoding = \"cp932\"
[tables.accounts.columns]
account = \"利用者ID\"
owner = { column = \"職員\", nothing = [\"-\"] }
company = \"会社\"
department = \"課\"
roles = { column = \"役割\", separator = \"／\" }
shared = { column = \"共用\", yes = [\"共用\"], no = [\"個人\"] }
password_set = \"変更日\"
[tables.transfers]
csv = \"異動.csv\"
[tables.transfers.columns]
person = \"職員\"
from_company = \"旧会社\"
from_department = \"旧課\"
to_company = \"新会社\"
to_department = \"新課\"
date = \"発令日\"
[tables.grants]
csv = \"特別権限.csv\"
encoding = \"cp932\"
[tables.grants.columns]
grant = \"番号\"
account = \"利用者ID\"
role = \"役割\"
kind = { column = \"種別\", emergency = [\"災\"], standing = [\"常\"] }
screens = { column = \"画面\", every = [\"全画面\"] }
area = { column = \"地域\", nothing = [\"全域\"] }
from = \"開始\"
until = { column = \"終了\", open = [\"99999999\"] }
declaration = \"宣言\"
reviewed = \"見直し\"
[tables.declarations]
csv = \"宣言.csv\"
columns = { declaration = \"宣言\", area = \"地域\", from = \"発令\", until = \"解除\" }
[tables.terminals]
csv = \"端末.csv\"
encoding = \"cp932\"
columns = { terminal = \"端末\", company = \"所有\", room = \"設置\" }
[tables.rooms]
csv = \"部屋.csv\"
encoding = \"cp932\"
columns = { room = \"部屋\", company = \"会社\" }
[tables.logins]
csv = \"利用.csv\"
columns = { account = \"id\", terminal = \"terminal\", at = \"when\" }

[rules.old_password]
days = 90
basis = \"第二システム運用規程\"
";

/// Code page 932 by what Python knows of it, not by the code that is tested.
fn cp932(rig: &Rig, name: &str, text: &str) {
    rig.write("text.utf8", text);
    rig.python("encode.py", ["text.utf8", "cp932", name])
        .must(0);
}

/// Its files, with their scenarios.
pub(super) fn system() -> Rig {
    let rig = small(&[]);
    rig.write(FILE, TEXT);
    cp932(
        &rig,
        "画面.csv",
        "画面名,自社のみ\n入口,×\n照会B,×\n中継,×\n台帳A,×\n自社C,○\n",
    );
    rig.write(
        "項目.tsv",
        "\u{feff}画面\t項番\t表\t列\t伏字\r\n照会B\t1\tcode_retailer\tretailer_name\t無\r\n照会B\t2\tmeter_reading\tusage_kwh\t無\r\n\
         照会B\t3\tmeter_reading\tupdated_at\t有\r\n自社C\t1\tmeter_reading\tusage_kwh\t無\r\n台帳A\t1\tsupply_period\tretailer_code\t無\r\n",
    );
    cp932(
        &rig,
        "遷移.csv",
        "元,操作,先\n入口,\"実行,1\",照会B\n照会B,次へ,中継\n中継,次へ,台帳A\n照会B,戻る,入口\n中継,戻る,照会B\n",
    );
    cp932(&rig, "役割.csv", "役割,会社\n小売担当,02\n託送担当,01\n");
    cp932(
        &rig,
        "権限1.csv",
        "役割,画面\n小売担当,入口\n小売担当,照会B\n小売担当,自社C\n",
    );
    cp932(
        &rig,
        "権限2.csv",
        "画面,役割\n入口,託送担当\n照会B,託送担当\n中継,託送担当\n台帳A,託送担当\n",
    );
    cp932(
        &rig,
        "利用者.csv",
        "利用者ID,職員,会社,課,役割,共用,変更日\nu100,1,02,営業,小売担当,個人,2026/1/15\nu200,2,01,託送,託送担当,個人,20240401\n\
         ops,-,01,指令,託送担当,共用,2026-02-01\n",
    );
    rig.write(
        "異動.csv",
        "職員,旧会社,旧課,新会社,新課,発令日\n2,01,託送,02,営業,2025/4/1\n",
    );
    cp932(
        &rig,
        "特別権限.csv",
        "番号,利用者ID,役割,種別,画面,地域,開始,終了,宣言,見直し\n災害1,u100,,災,全画面,全域,20200101,99999999,,\n\
         災害2,u100,,災,台帳A,北,2026/03/01 09:00,2026/3/3,宣言X,2026/3/5\n常1,,託送担当,常,台帳A,全域,20200101,99999999,,\n",
    );
    rig.write(
        "宣言.csv",
        "宣言,地域,発令,解除\n宣言X,\"北,東\",2026/3/1 8:30,2026/3/4 17:00\n",
    );
    cp932(
        &rig,
        "端末.csv",
        "端末,所有,設置\n端末1,01,3階\n端末2,02,5階\n端末9,01,5階\n",
    );
    cp932(&rig, "部屋.csv", "部屋,会社\n3階,01\n5階,02\n");
    rig.write(
        "利用.csv",
        "id,terminal,when\nu100,端末2,2026-03-01T00:00:00Z\nops,端末1,2026-03-01 09:00\nops,端末2,2026-03-02 09:00\nu200,端末1,2025-03-01 09:00\n",
    );
    rig
}

/// The same system with every hole closed.
pub(super) fn mend(rig: &Rig) {
    rig.edit(
        "項目.tsv",
        "usage_kwh\t無\r\n照会B\t3",
        "usage_kwh\t有\r\n照会B\t3",
    );
    cp932(
        rig,
        "遷移.csv",
        "元,操作,先\n入口,実行,照会B\n照会B,戻る,入口\n中継,次へ,台帳A\n",
    );
    cp932(
        rig,
        "利用者.csv",
        "利用者ID,職員,会社,課,役割,共用,変更日\nu100,1,02,営業,小売担当,個人,2026/1/15\nops,3,01,指令,託送担当,個人,2026-02-01\n",
    );
    cp932(
        rig,
        "特別権限.csv",
        "番号,利用者ID,役割,種別,画面,地域,開始,終了,宣言,見直し\n災害2,u100,,災,台帳A,北,2026/03/01 09:00,2026/3/3,宣言X,2026/3/5\n",
    );
    cp932(
        rig,
        "端末.csv",
        "端末,所有,設置\n端末1,01,3階\n端末2,02,5階\n端末9,02,5階\n",
    );
    rig.write(
        "利用.csv",
        "id,terminal,when\nu100,端末2,2026-03-01T00:00:00Z\nops,端末1,2026-03-01 09:00\n",
    );
}
