<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>Tideline::ConflictModel</name>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>Tabelle</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Datensatz</translation>
    </message>
    <message>
        <source>Strategy</source>
        <translation>Strategie</translation>
    </message>
    <message>
        <source>Changed columns</source>
        <translation>Geänderte Spalten</translation>
    </message>
</context>
<context>
    <name>Tideline::CursorModel</name>
    <message>
        <source>Table</source>
        <translation>Tabelle</translation>
    </message>
    <message>
        <source>Last pulled</source>
        <translation>Zuletzt geholt</translation>
    </message>
    <message>
        <source>Ids compared</source>
        <translation>Kennungen verglichen</translation>
    </message>
    <message>
        <source>Cursor</source>
        <translation>Lesezeichen</translation>
    </message>
</context>
<context>
    <name>Tideline::EntryModel</name>
    <message>
        <source>No.</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>Tabelle</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Datensatz</translation>
    </message>
    <message>
        <source>Operation</source>
        <translation>Vorgang</translation>
    </message>
    <message>
        <source>Retries</source>
        <translation>Wiederholungen</translation>
    </message>
    <message>
        <source>Queued</source>
        <translation>Eingereiht</translation>
    </message>
    <message>
        <source>Next attempt</source>
        <translation>Nächster Versuch</translation>
    </message>
    <message>
        <source>Given up</source>
        <translation>Aufgegeben</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Last error</source>
        <translation>Letzter Fehler</translation>
    </message>
</context>
<context>
    <name>Tideline::EventModel</name>
    <message>
        <source>No.</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>Ereignis</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>Tabelle</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Datensatz</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
</context>
<context>
    <name>Tideline::Inspector::CommandLine</name>
    <message>
        <source>Shows what waits in the sync queue of a database, and why. The file is only read.</source>
        <translation>Zeigt, was in der Abgleich-Warteschlange einer Datenbank wartet, und warum. Die Datei wird nur gelesen.</translation>
    </message>
    <message>
        <source>The SQLite file of an application that syncs with Tideline.</source>
        <translation>Die SQLite-Datei einer Anwendung, die mit Tideline abgleicht.</translation>
    </message>
    <message>
        <source>Save a picture of the window that shows FILE to &lt;png&gt;, then quit.</source>
        <translation>Ein Bild des Fensters, das FILE zeigt, als &lt;png&gt; sichern und beenden.</translation>
    </message>
    <message>
        <source>Begin with this view: %1.</source>
        <translation>Mit dieser Ansicht beginnen: %1.</translation>
    </message>
    <message>
        <source>Hide the values of these fields (names, separated by commas).</source>
        <translation>Die Werte dieser Felder verbergen (Namen, durch Kommas getrennt).</translation>
    </message>
    <message>
        <source>Name one file only.</source>
        <translation>Bitte nur eine Datei nennen.</translation>
    </message>
    <message>
        <source>There is no view “%1”. Use one of: %2.</source>
        <translation>Es gibt keine Ansicht „%1“. Möglich sind: %2.</translation>
    </message>
    <message>
        <source>--screenshot needs the file to show.</source>
        <translation>--screenshot braucht die Datei, die gezeigt werden soll.</translation>
    </message>
    <message>
        <source>--screenshot needs the name of the picture.</source>
        <translation>--screenshot braucht den Namen des Bildes.</translation>
    </message>
</context>
<context>
    <name>Tideline::Inspector::ConflictDetail</name>
    <message>
        <source>both sides</source>
        <translation>beide Seiten</translation>
    </message>
    <message>
        <source>this device</source>
        <translation>dieses Gerät</translation>
    </message>
    <message>
        <source>server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>This version does not hold the column.</source>
        <translation>Diese Fassung enthält die Spalte nicht.</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>Spalte</translation>
    </message>
    <message>
        <source>Changed by</source>
        <translation>Geändert durch</translation>
    </message>
    <message>
        <source>Base</source>
        <translation>Ausgangsfassung</translation>
    </message>
    <message>
        <source>Local</source>
        <translation>Lokal</translation>
    </message>
    <message>
        <source>Remote</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Resolved</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Versions of the record</source>
        <translation>Fassungen des Datensatzes</translation>
    </message>
    <message>
        <source>%1 %2: %3</source>
        <extracomment>1: table, 2: record, 3: open or resolved</extracomment>
        <translation>%1 %2: %3</translation>
    </message>
    <message>
        <source>Waits for a decision since %1.</source>
        <translation>Wartet auf eine Entscheidung seit %1.</translation>
    </message>
    <message>
        <source>%1, on %2.</source>
        <translation>%1, am %2.</translation>
    </message>
    <message>
        <source>no row</source>
        <translation>keine Zeile</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>nicht festgehalten</translation>
    </message>
    <message>
        <source>Resolved (open)</source>
        <translation>Ergebnis (offen)</translation>
    </message>
</context>
<context>
    <name>Tideline::Inspector::DocumentDetail</name>
    <message>
        <source>Fields</source>
        <translation>Felder</translation>
    </message>
</context>
<context>
    <name>Tideline::Inspector::EntryDetail</name>
    <message>
        <source>Payload</source>
        <translation>Inhalt</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>What it says</source>
        <translation>Wortlaut</translation>
    </message>
    <message>
        <source>Base</source>
        <translation>Ausgangsfassung</translation>
    </message>
    <message>
        <source>Property</source>
        <translation>Eigenschaft</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Attempts to send</source>
        <translation>Sendeversuche</translation>
    </message>
    <message>
        <source>Properties</source>
        <translation>Eigenschaften</translation>
    </message>
    <message>
        <source>Attempts</source>
        <translation>Versuche</translation>
    </message>
    <message>
        <source>The last version of the server that this device had seen when the change was made</source>
        <translation>Die letzte Fassung des Servers, die dieses Gerät kannte, als die Änderung entstand</translation>
    </message>
    <message>
        <source>%1 of %2 %3: %4</source>
        <extracomment>1: operation, 2: table, 3: record, 4: state</extracomment>
        <translation>%1 von %2 %3: %4</translation>
    </message>
    <message>
        <source>No error so far.</source>
        <translation>Bisher kein Fehler.</translation>
    </message>
    <message>
        <source>Waits for the settlement of %1.</source>
        <translation>Wartet, bis %1 geklärt ist.</translation>
    </message>
    <message>
        <source>A delete has no payload.</source>
        <translation>Eine Löschung hat keinen Inhalt.</translation>
    </message>
    <message>
        <source>No base: this device knew of no version on the server when the change was made.</source>
        <translation>Keine Ausgangsfassung: Dieses Gerät kannte keine Fassung des Servers, als die Änderung entstand.</translation>
    </message>
    <message>
        <source>Cannot be read</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>Attempts (%1)</source>
        <translation>Versuche (%1)</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>Angenommen</translation>
    </message>
    <message>
        <source>No attempt was made yet.</source>
        <translation>Noch kein Versuch.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine Angabe</translation>
    </message>
    <message>
        <source>Entry id</source>
        <translation>Kennung des Eintrags</translation>
    </message>
    <message>
        <source>Number in the queue</source>
        <translation>Nummer in der Warteschlange</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>Tabelle</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Datensatz</translation>
    </message>
    <message>
        <source>Queued</source>
        <translation>Eingereiht</translation>
    </message>
    <message>
        <source>Last sent</source>
        <translation>Zuletzt gesendet</translation>
    </message>
    <message>
        <source>Retries</source>
        <translation>Wiederholungen</translation>
    </message>
    <message>
        <source>Next attempt</source>
        <translation>Nächster Versuch</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Abgeschlossen</translation>
    </message>
    <message>
        <source>Waits for</source>
        <translation>Wartet auf</translation>
    </message>
    <message>
        <source>Travels in</source>
        <translation>Reist in</translation>
    </message>
</context>
<context>
    <name>Tideline::Inspector::Formats</name>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 h</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>%1 d</source>
        <translation>%1 T</translation>
    </message>
    <message>
        <source>%1 d %2 h</source>
        <translation>%1 T %2 h</translation>
    </message>
    <message>
        <source>in %1</source>
        <translation>in %1</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>gerade eben</translation>
    </message>
    <message>
        <source>%1 ago</source>
        <translation>vor %1</translation>
    </message>
    <message>
        <source>%1, %2 %3</source>
        <extracomment>1: date, 2: time of day with seconds, 3: zone such as UTC+02:00</extracomment>
        <translation>%1, %2 %3</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Being sent</source>
        <translation>Wird gesendet</translation>
    </message>
    <message>
        <source>Dead letter</source>
        <translation>Unzustellbar</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Erledigt</translation>
    </message>
    <message>
        <source>Superseded</source>
        <translation>Überholt</translation>
    </message>
    <message>
        <source>Discarded</source>
        <translation>Verworfen</translation>
    </message>
    <message>
        <source>Upsert</source>
        <translation>Schreiben</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Patch</source>
        <translation>Ändern</translation>
    </message>
    <message>
        <source>Last write wins</source>
        <translation>Letzte Änderung gilt</translation>
    </message>
    <message>
        <source>Server wins</source>
        <translation>Server gilt</translation>
    </message>
    <message>
        <source>Client wins</source>
        <translation>Gerät gilt</translation>
    </message>
    <message>
        <source>Decided by the application</source>
        <translation>Von der Anwendung entschieden</translation>
    </message>
    <message>
        <source>Field merge</source>
        <translation>Feldweise vereint</translation>
    </message>
    <message>
        <source>Decided by a person</source>
        <translation>Von einem Menschen entschieden</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Offen</translation>
    </message>
    <message>
        <source>Resolved</source>
        <translation>Gelöst</translation>
    </message>
    <message>
        <source>Drain complete</source>
        <translation>Senden beendet</translation>
    </message>
    <message>
        <source>Pull complete</source>
        <translation>Holen beendet</translation>
    </message>
    <message>
        <source>Sign-in required</source>
        <translation>Anmeldung nötig</translation>
    </message>
    <message>
        <source>Conflict</source>
        <translation>Konflikt</translation>
    </message>
    <message>
        <source>Change refused for good</source>
        <translation>Änderung endgültig abgelehnt</translation>
    </message>
    <message>
        <source>Retry scheduled</source>
        <translation>Neuer Versuch geplant</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>HTTP %1</source>
        <translation>HTTP %1</translation>
    </message>
    <message>
        <source>due</source>
        <translation>jetzt fällig</translation>
    </message>
</context>
<context>
    <name>Tideline::Inspector::JsonView</name>
    <message numerus="yes">
        <source>{%n field(s)}</source>
        <translation>
            <numerusform>{%n Feld}</numerusform>
            <numerusform>{%n Felder}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>[%n element(s)]</source>
        <translation>
            <numerusform>[%n Element]</numerusform>
            <numerusform>[%n Elemente]</numerusform>
        </translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>%1 as a tree</source>
        <translation>%1 als Baum</translation>
    </message>
    <message>
        <source>%1 as JSON</source>
        <translation>%1 als JSON</translation>
    </message>
    <message>
        <source>Raw JSON</source>
        <translation>JSON</translation>
    </message>
    <message>
        <source>Show %1 as raw JSON</source>
        <translation>%1 als JSON zeigen</translation>
    </message>
</context>
<context>
    <name>Tideline::Inspector::MainWindow</name>
    <message>
        <source>Tideline Inspector</source>
        <translation>Tideline-Inspektor</translation>
    </message>
    <message>
        <source>%1 cannot be shown</source>
        <translation>%1 kann nicht gezeigt werden</translation>
    </message>
    <message>
        <source>Open another file…</source>
        <translation>Andere Datei öffnen …</translation>
    </message>
    <message>
        <source>Views</source>
        <translation>Ansichten</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Filter</source>
        <translation>&amp;Filtern</translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation>A&amp;ktualisieren</translation>
    </message>
    <message>
        <source>&amp;Sensitive fields…</source>
        <translation>&amp;Vertrauliche Felder …</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;About Tideline Inspector</source>
        <translation>Ü&amp;ber Tideline-Inspektor</translation>
    </message>
    <message>
        <source>Open a database</source>
        <translation>Datenbank öffnen</translation>
    </message>
    <message>
        <source>SQLite databases (*.db *.sqlite *.sqlite3)</source>
        <translation>SQLite-Datenbanken (*.db *.sqlite *.sqlite3)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Sensitive fields</source>
        <translation>Vertrauliche Felder</translation>
    </message>
    <message>
        <source>Values of these fields are hidden until the window is closed (names, separated by commas):</source>
        <translation>Die Werte dieser Felder bleiben verborgen, bis das Fenster geschlossen wird (Namen, durch Kommas getrennt):</translation>
    </message>
    <message>
        <source>About Tideline Inspector</source>
        <translation>Über Tideline-Inspektor</translation>
    </message>
    <message>
        <source>Tideline Inspector %1</source>
        <translation>Tideline-Inspektor %1</translation>
    </message>
    <message>
        <source>Shows what waits in the sync queue of a database, and why. It only reads.</source>
        <translation>Zeigt, was in der Abgleich-Warteschlange einer Datenbank wartet, und warum. Er liest nur.</translation>
    </message>
    <message>
        <source>No files yet</source>
        <translation>Noch keine Dateien</translation>
    </message>
    <message>
        <source>Clear this list</source>
        <translation>Liste leeren</translation>
    </message>
    <message>
        <source>No database is open</source>
        <translation>Keine Datenbank geöffnet</translation>
    </message>
    <message>
        <source>Open the SQLite file of an application that syncs with Tideline, or drop it here. It is only read, never changed, also while the application works.</source>
        <translation>Öffnen Sie die SQLite-Datei einer Anwendung, die mit Tideline abgleicht, oder ziehen Sie sie hierher. Sie wird nur gelesen, nie geändert, auch während die Anwendung arbeitet.</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>Öffnen …</translation>
    </message>
    <message>
        <source>Read-only, follows the file. As of %1</source>
        <translation>Nur lesend, folgt der Datei. Stand: %1</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
</context>
<context>
    <name>Tideline::Inspector::Page</name>
    <message>
        <source>Filter: words that a row must contain</source>
        <translation>Filter: Wörter, die eine Zeile enthalten muss</translation>
    </message>
    <message>
        <source>Filter for %1</source>
        <translation>Filter für %1</translation>
    </message>
    <message>
        <source>&amp;Copy as JSON</source>
        <translation>Als JSON &amp;kopieren</translation>
    </message>
    <message>
        <source>more</source>
        <translation>mehr</translation>
    </message>
    <message>
        <source>%1 of %2; %3</source>
        <translation>%1 von %2; %3</translation>
    </message>
    <message>
        <source>clear filter</source>
        <translation>Filter aufheben</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s)</source>
        <translation>
            <numerusform>%n Zeile</numerusform>
            <numerusform>%n Zeilen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2 loaded</source>
        <translation>%1 von %2 geladen</translation>
    </message>
    <message>
        <source>Cannot be read</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>The filter hides every row</source>
        <translation>Der Filter verbirgt alle Zeilen</translation>
    </message>
    <message numerus="yes">
        <source>0 of %n row(s) match.</source>
        <translation>
            <numerusform>0 von %n Zeile passen.</numerusform>
            <numerusform>0 von %n Zeilen passen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Clear filter</source>
        <translation>Filter aufheben</translation>
    </message>
    <message>
        <source>As it was; the last refresh failed: %1</source>
        <translation>Alter Stand; das letzte Lesen schlug fehl: %1</translation>
    </message>
</context>
<context>
    <name>Tideline::Inspector::Pages</name>
    <message>
        <source>Queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>Nothing is waiting</source>
        <translation>Nichts wartet</translation>
    </message>
    <message>
        <source>Every change made on this device was accepted by the server, or stands under Dead letters.</source>
        <translation>Jede Änderung dieses Geräts wurde vom Server angenommen oder steht unter „Unzustellbar“.</translation>
    </message>
    <message>
        <source>Dead letters</source>
        <translation>Unzustellbar</translation>
    </message>
    <message>
        <source>No dead letters</source>
        <translation>Nichts unzustellbar</translation>
    </message>
    <message>
        <source>The server has refused no change for good.</source>
        <translation>Der Server hat keine Änderung endgültig abgelehnt.</translation>
    </message>
    <message>
        <source>Conflicts</source>
        <translation>Konflikte</translation>
    </message>
    <message>
        <source>No conflicts</source>
        <translation>Keine Konflikte</translation>
    </message>
    <message>
        <source>No record was changed on this device and on the server at the same time.</source>
        <translation>Kein Datensatz wurde zugleich auf diesem Gerät und auf dem Server geändert.</translation>
    </message>
    <message>
        <source>Cursors</source>
        <translation>Lesezeichen</translation>
    </message>
    <message>
        <source>No table was pulled yet</source>
        <translation>Noch keine Tabelle geholt</translation>
    </message>
    <message>
        <source>A cursor tells up to which change of the server a table was received.</source>
        <translation>Ein Lesezeichen sagt, bis zu welcher Änderung des Servers eine Tabelle empfangen wurde.</translation>
    </message>
    <message>
        <source>Last pulled: %1</source>
        <translation>Zuletzt geholt: %1</translation>
    </message>
    <message>
        <source>A pull of this table has not ended well yet.</source>
        <translation>Ein Holen dieser Tabelle ist noch nie gelungen.</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>No events</source>
        <translation>Keine Ereignisse</translation>
    </message>
    <message>
        <source>The engine has logged nothing yet.</source>
        <translation>Es wurde noch nichts aufgezeichnet.</translation>
    </message>
</context>
<context>
    <name>Tideline::Inspector::Session</name>
    <message>
        <source>No database is open.</source>
        <translation>Keine Datenbank ist geöffnet.</translation>
    </message>
</context>
<context>
    <name>Tideline::Inspector::VerdictBar</name>
    <message>
        <source>No change waits to be sent.</source>
        <translation>Keine Änderung wartet auf das Senden.</translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) wait to be sent.</source>
        <translation>
            <numerusform>%n Änderung wartet auf das Senden.</numerusform>
            <numerusform>%n Änderungen warten auf das Senden.</numerusform>
        </translation>
    </message>
    <message>
        <source>Changes are waiting</source>
        <translation>Änderungen warten</translation>
    </message>
    <message>
        <source>Never synced</source>
        <translation>Nie abgeglichen</translation>
    </message>
    <message>
        <source>This database has not been in touch with a server yet.</source>
        <translation>Diese Datenbank hatte noch keine Verbindung zu einem Server.</translation>
    </message>
    <message>
        <source>Everything is synced</source>
        <translation>Alles abgeglichen</translation>
    </message>
    <message>
        <source>Sign-in required</source>
        <translation>Anmeldung nötig</translation>
    </message>
    <message>
        <source>The server refused the sign-in. Ask the user to sign in again.</source>
        <translation>Der Server hat die Anmeldung abgelehnt. Bitten Sie den Benutzer, sich neu anzumelden.</translation>
    </message>
    <message numerus="yes">
        <source>%n dead letter(s)</source>
        <translation>
            <numerusform>%n unzustellbare Änderung</numerusform>
            <numerusform>%n unzustellbare Änderungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n open conflict(s)</source>
        <translation>
            <numerusform>%n offener Konflikt</numerusform>
            <numerusform>%n offene Konflikte</numerusform>
        </translation>
    </message>
    <message>
        <source>Stuck</source>
        <translation>Blockiert</translation>
    </message>
    <message>
        <source>No retry will free what is waiting. %1</source>
        <translation>Kein neuer Versuch löst, was wartet. %1</translation>
    </message>
    <message>
        <source>Waiting for a decision: %1. %2</source>
        <translation>Wartet auf eine Entscheidung: %1. %2</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>The server was not reachable at the last attempt. %1</source>
        <translation>Der Server war beim letzten Versuch nicht erreichbar. %1</translation>
    </message>
    <message>
        <source>Next attempt %1.</source>
        <translation>Nächster Versuch %1.</translation>
    </message>
    <message>
        <source>The next attempt is due.</source>
        <translation>Der nächste Versuch steht an.</translation>
    </message>
    <message>
        <source>Waiting for a retry</source>
        <translation>Wartet auf einen neuen Versuch</translation>
    </message>
    <message>
        <source>Sending changes</source>
        <translation>Sendet Änderungen</translation>
    </message>
    <message>
        <source>Receiving changes</source>
        <translation>Empfängt Änderungen</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartend</translation>
    </message>
    <message>
        <source>oldest</source>
        <translation>älteste</translation>
    </message>
    <message>
        <source>dead letters</source>
        <translation>unzustellbar</translation>
    </message>
    <message>
        <source>open conflicts</source>
        <translation>offene Konflikte</translation>
    </message>
    <message>
        <source>last sync</source>
        <translation>letzter Abgleich</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>Unbekannt</translation>
    </message>
    <message>
        <source>Unknown: %1</source>
        <translation>Unbekannt: %1</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>The picture cannot be saved as %1. Use a .png file in a directory that you may write to.</source>
        <translation>Das Bild kann nicht als %1 gesichert werden. Nehmen Sie eine .png-Datei in einem Verzeichnis, in das Sie schreiben dürfen.</translation>
    </message>
</context>
</TS>
