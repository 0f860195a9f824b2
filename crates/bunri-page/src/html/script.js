'use strict';
(function () {
  var box = document.getElementById('filter');
  var told = document.getElementById('filtered');
  if (box && told) {
    var rows = Array.prototype.slice.call(document.querySelectorAll('[data-table]'));
    var counted = Array.prototype.slice.call(document.querySelectorAll('.matrix [data-table]'));
    var filter = function () {
      var wanted = box.value.trim().toLowerCase();
      rows.forEach(function (row) {
        row.hidden = row.getAttribute('data-table').toLowerCase().indexOf(wanted) < 0;
      });
      var shown = counted.filter(function (row) { return !row.hidden; }).length;
      told.textContent = wanted === '' ? '' : told.getAttribute('data-words')
        .replace('{shown}', String(shown)).replace('{all}', String(counted.length));
    };
    box.addEventListener('input', filter);
    document.getElementById('filter-box').hidden = false;
  }
  var closed = [];
  window.addEventListener('beforeprint', function () {
    closed = Array.prototype.slice.call(document.querySelectorAll('details:not([open]):not(.bulk)'));
    closed.forEach(function (line) { line.open = true; });
  });
  window.addEventListener('afterprint', function () {
    closed.forEach(function (line) { line.open = false; });
  });
})();
